import { createServer } from 'node:http';
import { blockUpgrades, offeredTransports, serveLesson } from '@practical-signalr/lesson-kit';
import { JsonHubProtocol, MessagePackHubProtocol, SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { EchoHub } from './hub.ts';

const app = express();
const server = createServer(app);
const protocols = [new JsonHubProtocol(), new MessagePackHubProtocol()];
const signalr = new SignalRServer({ transports: offeredTransports(), protocols });

const echo = signalr.mapHub('/echo', EchoHub, { methods: ['echo'] });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
blockUpgrades(server, '/echo'); // where --block-upgrade says so

let n = 0;
setInterval(() => void echo.clients.all.send('Tick', ++n), 1000).unref();

await serveLesson(import.meta.url, { app, server, signalr });
