import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { echoServer, listen } from './echo-server.mjs';

const signalr = echoServer();
const app = new Hono();
const handle = signalr.router();
const listener = getRequestListener(app.fetch);
listen(
  signalr,
  createServer((request, response) => handle(request, response, () => listener(request, response))),
);
