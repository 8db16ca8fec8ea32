import { createServer } from 'node:http';
import { azureSignalR } from '@practical-signalr/azure';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { announcement } from './announcement.ts';
import { authentication } from './auth-fixed.ts';
import { MessageHub, methods } from './hub.ts';
import { token } from './token.ts';

const app = express();
const server = createServer(app);
const signalr = new SignalRServer({
  scaleOut: azureSignalR(), // the one line; the connection string is in Azure__SignalR__ConnectionString
});

const messages = signalr.mapHub('/fixed/messages', MessageHub, {
  methods,
  authorize: true,
  authentication,
});

app.use(signalr.router()); // negotiation, which sends clients to the service
signalr.attach(server);
app.use('/announcement', announcement(messages));
app.get('/token', token);
app.get('/health', (_request, response) => void response.json(signalr.health()));

await serveLesson(import.meta.url, { app, server, signalr });
