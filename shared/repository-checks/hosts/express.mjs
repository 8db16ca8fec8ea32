// For Express 4 and 5.
import { createServer } from 'node:http';
import express from 'express';
import { healthRouter } from '@practical-signalr/server';
import { echoServer, listen } from './echo-server.mjs';

const signalr = echoServer();
const app = express();
app.use(signalr.router());
app.use('/health', healthRouter(signalr));
listen(signalr, createServer(app));
