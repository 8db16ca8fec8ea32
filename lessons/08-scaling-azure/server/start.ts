import { createServer } from 'node:http';
import { findService } from '@practical-signalr/azure-emulator';
import {
  breakConnections,
  portBeside,
  requestJournal,
  serveLesson,
  exitWithMessage,
} from '@practical-signalr/lesson-kit';
import { createBalancer, InstanceGroup, onDemand } from '@practical-signalr/lesson-kit/instances';
import express from 'express';
import { BalancerRule } from './balancer.ts';
import { startOtherApps } from './other-apps.ts';
import { controlPanel } from './control-panel.ts';
import { key } from './token.ts';

// The service, two servers, and a balancer in front of them, which serves the page too.
const service = await findService({ port: portBeside(import.meta.url, 8888) }).catch(
  exitWithMessage,
);
Object.assign(process.env, service.environment); // every app finds the connection string there
const servers = new InstanceGroup({
  main: new URL('main.ts', import.meta.url),
  dotnet: new URL('dotnet/MessageServer.csproj', import.meta.url),
  environment: () => ({ TOKEN_KEY: key }),
});
const rule = new BalancerRule();
const others = onDemand(['/small', '/wrong'], () => startOtherApps(service.endpoint));

const app = express();
const server = createServer(app);
const balancer = createBalancer(server, {
  paths: ['/fixed/messages', '/announcement', '/token', '/health'],
  choose: async ({ url = '/' }) => rule.choose(url, await servers.ready()),
});
app.use('/requests', requestJournal(server, ['/fixed', '/small', '/wrong']));
app.use('/break', breakConnections(service.emulator?.server ?? server)); // the button that drops a connection
app.use('/control-panel', controlPanel(servers, balancer, rule, service));
app.use(others.handler);
app.use(balancer.handler);

const close = async (): Promise<void> => {
  await servers.close();
  await others.close();
  await service.close();
};
servers.start().catch((error: Error) => close().then(() => exitWithMessage(error)));
await serveLesson(import.meta.url, { app, server, signalr: { close } });
if (server.listening) console.log(`Service: ${service.description}`);
