import { createServer } from 'node:http';
import { offeredTransports, serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { mapLab } from '../lab/server/map-lab.ts';
import { EchoHub, methods } from './hub.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer();

const echo = signalr.mapHub('/echo', EchoHub, { methods, transports: offeredTransports() });
mapLab({ app, server, signalr });

let count = 0;
setInterval(() => {
  count += 1;
  void echo.clients.all.send('Tick', count);
}, 1000).unref();

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets

await serveLesson(import.meta.url, { app, server, signalr });
