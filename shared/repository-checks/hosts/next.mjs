import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import next from 'next';
import { echoServer, listen } from './echo-server.mjs';

mkdirSync('pages', { recursive: true });
writeFileSync('pages/index.js', 'export default function Page() { return null; }\n');
const signalr = echoServer();
const app = next({ dev: true });
await app.prepare();
const handle = signalr.router();
const nextHandler = app.getRequestHandler();
listen(
  signalr,
  createServer((request, response) =>
    handle(request, response, () => nextHandler(request, response)),
  ),
);
