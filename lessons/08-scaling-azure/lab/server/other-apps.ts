import { setInterval } from 'node:timers/promises';
import { azureSignalR } from '@practical-signalr/azure';
import { startEmulator } from '@practical-signalr/azure-emulator';
import { instanceFilters, type Startable } from '@practical-signalr/lesson-kit/instances';
import { SignalRServer } from '@practical-signalr/server';
import { Router } from 'express';
import { authentication } from '../../server/auth.ts';
import { MessageHub, methods } from '../../server/hub.ts';

/** How long to wait for the server connections of an app, in ms. */
const TIMEOUT = 10_000;

/**
 * Starts our app twice more, each time with a fault: on a service with a quota of 20, and with a
 * wrong key.
 */
export async function startOtherApps(endpoint: string): Promise<Startable> {
  const service = await startEmulator({ port: 0, quota: 20 });
  const small = createApp('/small/messages', service.connectionString);
  const wrong = createApp('/wrong/messages', `Endpoint=${endpoint};AccessKey=${'wrong'.repeat(9)}`);
  const router = Router();
  router.use('/small', async (_request, _response, next) => {
    await waitForServerConnections(small);
    next();
  });
  return {
    handler: router.use(small.router(), wrong.router()),
    async close() {
      await Promise.all([small.close(), wrong.close()]);
      await service.close();
    },
  };
}

function createApp(path: string, connectionString: string): SignalRServer {
  const signalr = new SignalRServer({
    scaleOut: azureSignalR({ connectionString }),
    filters: instanceFilters,
  });
  signalr.mapHub(path, MessageHub, { methods, authorize: true, authentication });
  return signalr;
}

/** Waits for the five server connections of an app. Until then, negotiate answers 500. */
export async function waitForServerConnections(signalr: SignalRServer): Promise<void> {
  for await (const _ of setInterval(20, undefined, { signal: AbortSignal.timeout(TIMEOUT) })) {
    if (Number(signalr.health().entries['MessageHub']?.data['serverConnections']) >= 5) return;
  }
}
