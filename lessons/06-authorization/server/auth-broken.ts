import { jwtBearer } from '@practical-signalr/server';
import { key } from './token.ts';

export const authentication = jwtBearer({
  key,
});
