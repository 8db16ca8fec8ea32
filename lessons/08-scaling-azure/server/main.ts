import { createServer } from 'node:http';
import { azureSignalR } from '@practical-signalr/azure';
import { serveLesson } from '@practical-signalr/lesson-kit';
import { instanceFilters as filters } from '@practical-signalr/lesson-kit/instances';
import { SignalRServer } from '@practical-signalr/server';
import express from 'express';
import { mapLab } from '../lab/server/map-lab.ts';
import { connectionString } from '../lab/server/service.ts';
import { announcement } from './announcement.ts';
import { authentication } from './auth.ts';
import { MessageHub, methods } from './hub.ts';
import { issueToken, requireToken } from './token.ts';

const app = express();
const server = createServer(app);
const scaleOut = azureSignalR({ connectionString });
const signalr = new SignalRServer({ allowStatefulReconnects: true, scaleOut, filters });

const options = { methods, authorize: true } as const;
const messages = signalr.mapHub('/messages', MessageHub, { ...options, authentication });
mapLab({ app, server, signalr });

app.use(signalr.router()); // negotiation, Server-Sent Events, Long Polling
signalr.attach(server); // WebSockets
app.get('/token', issueToken);
app.post('/announcement', requireToken);
app.use('/announcement', announcement(messages));

await serveLesson(import.meta.url, { app, server, signalr });
