import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { jwtBearer, localPresence, SignalRServer } from '@practical-signalr/server';
import express from 'express';
import jwt from 'jsonwebtoken';
import { createServer as createViteServer } from 'vite';
import { z } from 'zod';
import { BoardHub } from './board-hub.ts';

const port = Number(process.env['PORT'] ?? 4201);
const key = randomBytes(32).toString('base64');
const app = express();
const server = createServer(app);
const presence = localPresence();
const authentication = jwtBearer({
  key,
  events: {
    // Browsers cannot set the header of a WebSocket, so the client sends the token in the URL.
    onMessageReceived(context) {
      context.token = context.request.query.get('access_token');
    },
  },
});
const signalr = new SignalRServer({ authentication, presence });
const board = signalr.mapHub('/board', BoardHub, {
  authorize: true,
  enableAuthenticationRefresh: true,
  closeOnAuthenticationExpiration: true,
  methods: {
    addTodo: { arguments: [z.string().trim().min(1).max(100)] },
    finishTodo: { arguments: [z.uuid()] },
  },
});
const online = presence.of('BoardHub');
online.onChange(async () => {
  await board.clients.all.send('showPeople', (await online.users()).toSorted());
});
app.use(signalr.router());
signalr.attach(server);

// An app checks a password or a session first. The short lifetime lets you watch the refresh.
app.get('/token/:name', (request, response) => {
  response.type('text').send(jwt.sign({ sub: request.params.name }, key, { expiresIn: '10s' }));
});

// Compiles the page, and reloads it when you change a file.
const vite = await createViteServer({ server: { middlewareMode: true, hmr: { server } } });
app.use(vite.middlewares);
server.listen(port, '127.0.0.1', () => {
  console.log(`Open http://127.0.0.1:${port}/?name=ada and, in another window, ?name=bob`);
});
