import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { breakConnections, requestJournal, serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { announcement } from './announcement.ts';
import { authentication as broken } from './auth-broken.ts';
import { authentication as fixed } from './auth-fixed.ts';
import { MessageHub } from './hub.ts';
import { token } from './token.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

signalr.mapHub('/broken/messages', MessageHub, { authorize: true, authentication: broken });
const messages = signalr.mapHub('/fixed/messages', MessageHub, { authorize: true, authentication: fixed });
signalr.mapHub('/anonymous/messages', MessageHub, {
  authentication: broken,
  methods: { guarded: { authorize: true } },
});
signalr.mapHub('/closing/messages', MessageHub, {
  authorize: true,
  authentication: fixed,
  closeOnAuthenticationExpiration: true,
});

const journal = requestJournal(server, ['/broken', '/fixed', '/anonymous']);
// For every origin, as it is often copied: it does not go together with credentials.
app.use('/fixed', (request, response, next) => {
  response.set('access-control-allow-origin', '*');
  response.set('access-control-allow-headers', 'authorization, x-requested-with, x-signalr-user-agent');
  if (request.method === 'OPTIONS') response.sendStatus(204);
  else next();
});
app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.use('/break', breakConnections(server)); // the button that drops a connection
app.use('/announcement', announcement(messages));
app.get('/token', token);
app.use('/requests', journal);
const served = { root: fileURLToPath(new URL('.', import.meta.url)), dotfiles: 'allow' } as const;
app.get('/source/:name', ({ params }, response) => {
  if (params.name === 'broken' || params.name === 'fixed') {
    response.type('text/plain').sendFile(`auth-${params.name}.ts`, served);
  } else response.sendStatus(404);
});

await serveLesson(import.meta.url, { app, server, signalr });
