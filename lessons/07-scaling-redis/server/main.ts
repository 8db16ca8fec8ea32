import { createServer } from 'node:http';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { redis } from '@practical-signalr/redis';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { announcement } from './announcement.ts';
import { authentication } from './auth-fixed.ts';
import { MessageHub, methods } from './hub.ts';
import { online, whoIsIn } from './presence.ts';
import { instance, url } from './environment.ts';
import { key, token } from './token.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer({
  scaleOut: url ? redis({ url, serverName: instance, presence: online }) : undefined, // the one line
});

const messages = signalr.mapHub('/fixed/messages', MessageHub, {
  methods,
  authorize: true,
  authentication,
});
const connectionTokens = { keys: [key] }; // any server takes a WebSocket that another has negotiated
signalr.mapHub('/signed/messages', MessageHub, {
  methods,
  authorize: true,
  authentication,
  connectionTokens,
});

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.use('/announcement', announcement(messages));
app.get('/token', token);
app.get('/online/:group', whoIsIn);
app.get('/health', (_request, response) => void response.json(signalr.health()));

await serveLesson(import.meta.url, { app, server, signalr });
