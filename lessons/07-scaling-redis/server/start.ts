import { createServer } from 'node:http';
import {
  breakConnections,
  requestJournal,
  serveLesson,
  exitWithMessage,
} from '@practical-signalr/lesson-kit';
import { createBalancer, InstanceGroup } from '@practical-signalr/lesson-kit/instances';
import { findRedis } from '@practical-signalr/redis/local';
import express from 'express';
import { BalancerRule } from './balancer.ts';
import { type Settings, controlPanel } from './control-panel.ts';
import { key } from './token.ts';

// Redis, two servers, and a balancer in front of them, which serves the page too.
const redis = await findRedis().catch(exitWithMessage);
const settings: Settings = { backplane: 'redis', presence: false };
const servers = new InstanceGroup({
  main: new URL('main.ts', import.meta.url),
  dotnet: new URL('dotnet/MessageServer.csproj', import.meta.url),
  environment: () => ({
    TOKEN_KEY: key,
    REDIS_URL: settings.backplane === 'redis' ? redis.url : '',
    PRESENCE: settings.presence ? 'on' : '',
  }),
});
const rule = new BalancerRule();

const app = express();
const server = createServer(app);
const balancer = createBalancer(server, {
  paths: ['/fixed/messages', '/signed/messages', '/online', '/announcement', '/token', '/health'],
  choose: async ({ url = '/' }) => rule.choose(url, await servers.ready()),
});
app.use('/requests', requestJournal(server, ['/fixed', '/signed']));
app.use('/break', breakConnections(server)); // the button that drops a connection
app.use('/control-panel', controlPanel(servers, balancer, rule, redis, settings));
app.use(balancer.handler);

const close = async (): Promise<void> => {
  await servers.close();
  await redis.close();
};
servers.start().catch((error: Error) => close().then(() => exitWithMessage(error)));
await serveLesson(import.meta.url, { app, server, signalr: { close } });
if (server.listening) console.log(`Redis: ${redis.description}`);
