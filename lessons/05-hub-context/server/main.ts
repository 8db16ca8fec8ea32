import { createServer } from 'node:http';
import { breakConnections, serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { z } from 'zod';
import { announcement } from './announcement.ts';
import { failingAnnouncement } from './failing-announcement.ts';
import { FailingHub, failingMethods } from './failing-hub.ts';
import { MessageHub, methods } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

const messages = signalr.mapHub('/messages', MessageHub, {
  methods,
  allowStatefulReconnects: true,
});
signalr.mapHub('/failing', FailingHub, {
  methods: { ...failingMethods, sendMessageToAll: { arguments: [z.string()] } },
});

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.use('/break', breakConnections(server)); // the button that drops a connection
app.use('/announcement', announcement(messages));
app.post('/announcement/failing', failingAnnouncement);

await serveLesson(import.meta.url, { app, server, signalr });
