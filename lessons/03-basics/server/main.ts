import { createServer } from 'node:http';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { z } from 'zod';
import { FailingHub } from './failing-hub.ts';
import { MessageHub } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

signalr.mapHub('/messages', MessageHub, { methods: ['sendMessageToAll'] });
signalr.mapHub('/failing', FailingHub, {
  methods: {
    sendMessageToAll: { arguments: [z.string()] },
    boom: {},
    told: {},
    callNobody: {},
  },
});

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets

await serveLesson(import.meta.url, { app, server, signalr });
