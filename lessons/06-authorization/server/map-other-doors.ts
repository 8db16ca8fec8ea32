import { type Lesson, requestJournal } from '@practical-signalr/lesson-kit';
import cors from 'cors';
import { accessLog } from './access-log.ts';
import { authentication as broken } from './auth-broken.ts';
import { authentication as fixed } from './auth-fixed.ts';
import { QuietHub } from './quiet-hub.ts';
import { MessageHub, methods } from './hub.ts';
import { authentication as byTicket, ticket } from './ticket.ts';
import { authorize } from './token.ts';

/** For the table and the buttons of the page: the hub of the chat behind other doors, and notes of who knocked. */
export function mapOtherDoors({ app, server, signalr }: Lesson): void {
  signalr.mapHub('/broken/messages', MessageHub, {
    methods,
    authorize: true,
    authentication: broken,
  });
  signalr.mapHub('/anonymous/messages', MessageHub, { methods, authentication: broken });
  signalr.mapHub('/guarded/messages', QuietHub, {
    authentication: broken,
    methods: {
      sendMessageToAll: {},
      sendMessageToCaller: {},
      sendMessageToUser: {},
      joinGroup: {},
      sendMessageToGroup: {},
      whoAmI: {},
      guarded: { authorize: true },
    },
  });
  signalr.mapHub('/quiet/messages', QuietHub, {
    methods: [...methods, 'guarded'],
    authorize: true,
    authentication: fixed,
  });
  signalr.mapHub('/closing/messages', QuietHub, {
    methods: [...methods, 'guarded'],
    authorize: true,
    authentication: fixed,
    closeOnAuthenticationExpiration: true,
    enableAuthenticationRefresh: true,
  });
  signalr.mapHub('/ticket/messages', QuietHub, {
    methods: [...methods, 'guarded'],
    authorize: true,
    authentication: byTicket,
  });
  app.post('/ticket', authorize, ticket);

  // For pages of other origins. The first is often copied, and does not go together with credentials.
  const port = process.env['PORT'] ?? 4106;
  const origin = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  app.use('/any-origin', cors());
  signalr.mapHub('/any-origin/messages', QuietHub, {
    methods: [...methods, 'guarded'],
    authorize: true,
    authentication: fixed,
  });
  app.use('/named-origin', cors({ origin, credentials: true }));
  signalr.mapHub('/named-origin/messages', QuietHub, {
    methods: [...methods, 'guarded'],
    authorize: true,
    authentication: fixed,
  });

  app.use('/requests', requestJournal(server, ['/broken', '/fixed', '/anonymous']));
  app.use('/access-log', accessLog(server));
}
