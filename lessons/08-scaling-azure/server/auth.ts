import { jwtBearer } from '@practical-signalr/server';
import { key } from './token.ts';

export const authentication = jwtBearer({
  key,
  events: {
    onMessageReceived(context) {
      const token = context.request.query.get('access_token');
      if (token) context.token = token;
    },
  },
});
