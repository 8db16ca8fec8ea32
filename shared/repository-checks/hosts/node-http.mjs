// Also for Bun and Deno.
import { createServer } from 'node:http';
import { echoServer, listen } from './echo-server.mjs';

const signalr = echoServer();
listen(signalr, createServer(signalr.router()));
