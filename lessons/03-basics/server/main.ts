import { createServer } from 'node:http';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { mapLab } from '../lab/server/map-lab.ts';
import { MessageHub, methods } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

signalr.mapHub('/messages', MessageHub, { methods });
mapLab({ app, server, signalr });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets

await serveLesson(import.meta.url, { app, server, signalr });
