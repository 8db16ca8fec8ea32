import { createServer } from 'node:http';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { mapLab } from '../lab/server/map-lab.ts';
import { announcement } from './announcement.ts';
import { authentication as broken } from './auth-broken.ts';
import { authentication } from './auth-fixed.ts';
import { MessageHub, methods } from './hub.ts';
import { issueToken, requireToken } from './token.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer({ allowStatefulReconnects: true });

const options = { methods, authorize: true } as const;
signalr.mapHub('/broken/messages', MessageHub, { ...options, authentication: broken });
const messages = signalr.mapHub('/messages', MessageHub, { ...options, authentication });
mapLab({ app, server, signalr });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.get('/token', issueToken);
app.post('/announcement', requireToken);
app.use('/announcement', announcement(messages));

await serveLesson(import.meta.url, { app, server, signalr });
