import { createServer } from 'node:http';
import { requestJournal, serveLesson } from '@practical-signalr/lesson-kit';
import { createBalancer } from '@practical-signalr/lesson-kit/instances';
import express from 'express';
import { OtherApps } from './other-apps.ts';
import { Servers } from './servers.ts';
import { findService, type Service } from './service.ts';
import { stage } from './stage.ts';

// The service, two servers, and a balancer in front of them, which serves the page too. It takes turns: nobody has to be sticky.
const service: Service = await findService().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
const servers = new Servers(service.connectionString);
const others = new OtherApps(service.connectionString);
let turn = 0;

const app = express();
const server = createServer(app);
const balancer = createBalancer(server, {
  paths: ['/fixed/messages', '/announcement', '/token', '/health'],
  choose: async () => {
    const running = await servers.ready;
    if (running.length === 0) throw new Error('No app server is running.');
    return running[turn++ % running.length]!;
  },
});
app.use('/requests', requestJournal(server, ['/fixed', '/small', '/wrong']));
app.post('/break', (_request, response) => {
  service.emulator?.closeClients({ hub: 'messagehub', allowReconnect: true }); // the button that drops connections
  response.status(204).end();
});
app.use('/stage', stage(servers, service));
app.use(others.handler);
app.use(balancer.handler);

const close = async (): Promise<void> => {
  await Promise.all([servers.close(), others.close()]);
  await service.close();
};
servers.start().catch(async (error: Error) => {
  console.error(error.message);
  await close();
  process.exit(1);
});
await serveLesson(import.meta.url, { app, server, signalr: { close } });
if (server.listening) console.log(`Service: ${service.description}`);
