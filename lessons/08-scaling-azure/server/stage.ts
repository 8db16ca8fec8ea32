import type { HealthReport } from '@practical-signalr/server';
import { type ErrorRequestHandler, json, Router } from 'express';
import { z } from 'zod';
import type { Servers } from './servers.ts';
import type { Service } from './service.ts';

/** What a server says of its way to the others. */
export interface Health {
  status: string;
  description?: string;
  serverConnections: number;
  clients: number;
}

/** All that the page draws. */
export interface Stage {
  instances: { name: string; url: string; health: Health }[];
  service: { description: string; isEmulator: boolean };
}

const wishes = z.object({ kill: z.string().max(100), start: z.literal(true) }).partial();

/** `GET` tells how things stand, `POST` changes one of them: the page's buttons and its drawing. */
export function stage(servers: Servers, { description, emulator }: Service): Router {
  const look = async (): Promise<Stage> => {
    const instances = await servers.ready;
    return {
      instances: await Promise.all(
        instances.map(async ({ name, url }) => ({ name, url, health: await healthOf(url) })),
      ),
      service: { description, isEmulator: emulator !== undefined },
    };
  };

  const router = Router();
  router.get('/', async (_request, response) => response.set('cache-control', 'no-store').json(await look()));
  router.post('/', json(), async ({ body }, response) => {
    const { data, error } = wishes.safeParse(body);
    if (error) return void response.status(400).send(z.prettifyError(error));
    if (data.kill) await servers.kill(data.kill);
    if (data.start) await servers.start();
    response.json(await look());
  });
  const tell: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(502).send(error.message);
  };
  return router.use(tell);
}

async function healthOf(url: string): Promise<Health> {
  try {
    const report = (await (await fetch(`${url}/health`)).json()) as HealthReport;
    const { description, data = {} } = report.entries?.['MessageHub'] ?? {};
    const [serverConnections, clients] = [Number(data['serverConnections']), Number(data['clients'])];
    return { status: report.status, ...(description && { description }), serverConnections, clients };
  } catch {
    return { status: 'Silent', serverConnections: 0, clients: 0 };
  }
}
