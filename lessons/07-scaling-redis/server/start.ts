import { createServer } from 'node:http';
import { breakConnections, requestJournal, serveLesson } from '@practical-signalr/lesson-kit';
import { createBalancer } from '@practical-signalr/lesson-kit/instances';
import { findRedis } from '@practical-signalr/redis/local';
import express from 'express';
import { BalancerRule } from './balancer.ts';
import { Servers } from './servers.ts';
import { stage } from './stage.ts';

// Redis, two servers, and a balancer in front of them, which serves the page too.
const redis = await findRedis();
const servers = new Servers(redis.url);
const rule = new BalancerRule();

const app = express();
const server = createServer(app);
const balancer = createBalancer(server, {
  paths: ['/fixed/messages', '/signed/messages', '/announcement', '/token', '/health'],
  choose: async ({ url = '/' }) => rule.choose(url, await servers.ready),
});
app.use('/requests', requestJournal(server, ['/fixed', '/signed']));
app.use('/break', breakConnections(server)); // the button that drops a connection
app.use('/stage', stage(servers, balancer, rule, redis));
app.use(balancer.handler);

const close = async (): Promise<void> => {
  await Promise.all([servers.close(), redis.close()]);
};
servers.start().catch(async (error: Error) => {
  console.error(error.message);
  await close();
  process.exit(1);
});
await serveLesson(import.meta.url, { app, server, signalr: { close } });
if (server.listening) console.log(`Redis: ${redis.description}`);
