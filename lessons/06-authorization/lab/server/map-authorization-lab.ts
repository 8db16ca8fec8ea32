import type { Lesson } from '@practical-signalr/lesson-kit';
import cors from 'cors';
import { authentication as broken } from '../../server/auth-broken.ts';
import { authentication as fixed } from '../../server/auth-fixed.ts';
import { requireToken } from '../../server/token.ts';
import { accessLog } from './access-log.ts';
import { FailingHub, failingMethods as methods } from './failing-hub.ts';
import { authentication as byTicket, issueTicket } from './ticket.ts';
import { issueTokenWithClaim } from './token-with-claim.ts';

/**
 * Maps the hubs of the matrix and of the experiments of lesson 6. All of them are one class, which
 * has its own clients.
 */
export function mapAuthorizationLab({ app, server, signalr }: Lesson): void {
  const options = { methods, authorize: true } as const;
  const guardedMethods = { ...methods, guarded: { authorize: true } } as const;
  signalr.mapHub('/lab/broken/messages', FailingHub, { ...options, authentication: broken });
  const messages = signalr.mapHub('/lab/fixed/messages', FailingHub, {
    ...options,
    authentication: fixed,
  });
  signalr.mapHub('/lab/anonymous/messages', FailingHub, { methods, authentication: broken });
  signalr.mapHub('/lab/guarded-broken/messages', FailingHub, {
    methods: guardedMethods,
    authentication: broken,
  });
  signalr.mapHub('/lab/guarded-fixed/messages', FailingHub, {
    methods: guardedMethods,
    authentication: fixed,
  });
  signalr.mapHub('/lab/closing/messages', FailingHub, {
    ...options,
    authentication: fixed,
    closeOnAuthenticationExpiration: true,
    enableAuthenticationRefresh: true,
  });
  signalr.mapHub('/lab/ticket/messages', FailingHub, { ...options, authentication: byTicket });

  // For pages of other origins. Many servers answer '*', which does not allow credentials.
  const port = process.env['PORT'] ?? 4106;
  const origin = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  app.use('/lab/any-origin', cors());
  signalr.mapHub('/lab/any-origin/messages', FailingHub, { ...options, authentication: fixed });
  app.use('/lab/named-origin', cors({ origin, credentials: true }));
  signalr.mapHub('/lab/named-origin/messages', FailingHub, { ...options, authentication: fixed });

  app.get('/lab/token', issueTokenWithClaim);
  app.post('/lab/ticket', requireToken, issueTicket);
  app.post('/lab/message-to-user', async ({ query }, response) => {
    const { user = '' } = query as { user?: string };
    await messages.clients.user(user).send('ReceiveMessage', 'only for one user');
    response.send('sent');
  });
  app.get('/lab/access-log', accessLog(server));
}
