import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { jwtBearer, localPresence, SignalRServer } from '@practical-signalr/server';
import express from 'express';
import jwt from 'jsonwebtoken';
import { createServer as createViteServer } from 'vite';
import { z } from 'zod';
import { BoardHub } from './board-hub.ts';
import type { Todo } from './contract.ts';

/** In seconds. Short, so that you can watch the client refresh it. */
const TOKEN_LIFETIME = 20;

const nameSchema = z.object({ name: z.string().min(1).max(20) });

/** Browsers cannot set the header of a WebSocket, so the client sends the token in the URL. */
const authenticationWith = (key: string) =>
  jwtBearer({
    key,
    events: {
      onMessageReceived(context) {
        context.token ??= context.request.query.get('access_token');
      },
    },
  });

/** Starts the board. Returns its address, and a function that stops it. */
export async function startTodoBoard(port: number, tokenLifetime = TOKEN_LIFETIME) {
  const app = express();
  const server = createServer(app);
  const todos: Todo[] = []; // an app keeps them in a database
  const presence = localPresence();
  const key = randomBytes(32).toString('base64');

  const signalr = new SignalRServer({ authentication: authenticationWith(key), presence });
  const board = signalr.mapHub('/board', () => new BoardHub(todos), {
    name: 'BoardHub',
    authorize: true,
    enableAuthenticationRefresh: true,
    closeOnAuthenticationExpiration: true,
    methods: {
      addTodo: { arguments: [z.string().trim().min(1).max(100)] },
      toggleTodo: { arguments: [z.int()] },
    },
  });
  const online = presence.of('BoardHub');
  online.onChange(async () => {
    await board.clients.all.send('showPeople', (await online.users()).toSorted());
  });
  app.use(signalr.router());
  signalr.attach(server);

  // An app would check a password or a session here.
  app.get('/token', (request, response) => {
    const { name } = nameSchema.parse(request.query);
    response.type('text').send(jwt.sign({ sub: name }, key, { expiresIn: tokenLifetime }));
  });

  const vite = await createViteServer({
    root: fileURLToPath(new URL('page', import.meta.url)),
    cacheDir: fileURLToPath(new URL('../../../node_modules/.vite/todo-board', import.meta.url)),
    server: { middlewareMode: true, hmr: { server } },
    resolve: { conditions: ['@practical-signalr/source', 'module', 'browser'] },
    logLevel: 'warn',
  });
  app.use(vite.middlewares);

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    await signalr.close();
    await vite.close();
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
