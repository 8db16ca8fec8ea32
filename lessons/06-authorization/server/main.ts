import { createServer } from 'node:http';
import { breakConnections, serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { announcement } from './announcement.ts';
import { authentication } from './auth-fixed.ts';
import { MessageHub, methods } from './hub.ts';
import { mapOtherDoors } from './map-other-doors.ts';
import { token } from './token.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

const messages = signalr.mapHub('/fixed/messages', MessageHub, {
  methods,
  authorize: true,
  authentication,
});
mapOtherDoors({ app, server, signalr });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.use('/break', breakConnections(server)); // the button that drops a connection
app.use('/announcement', announcement(messages));
app.get('/token', token);

await serveLesson(import.meta.url, { app, server, signalr });
