import { setInterval } from 'node:timers/promises';
import { azureSignalR } from '@practical-signalr/azure';
import { startEmulator } from '@practical-signalr/azure-emulator';
import { SignalRServer } from '@practical-signalr/server';
import { Router } from 'express';
import { authentication } from './auth-fixed.ts';
import { MessageHub, methods } from './hub.ts';

/** Our app twice more, each time with a fault: on a service with a quota of 20, and with a key that is not the service's. */
export async function startOtherApps(endpoint: string) {
  const service = await startEmulator({ port: 0, quota: 20 });
  const small = app('/small/messages', service.connectionString);
  const wrong = app('/wrong/messages', `Endpoint=${endpoint};AccessKey=${'wrong'.repeat(9)}`);
  const router = Router();
  router.use('/small', async (_request, _response, next) => {
    await untilConnected(small);
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

function app(path: string, connectionString: string): SignalRServer {
  const signalr = new SignalRServer({ scaleOut: azureSignalR({ connectionString }) });
  signalr.mapHub(path, MessageHub, { methods, authorize: true, authentication });
  return signalr;
}

/** Waits for the five server connections of an app, 10 seconds at most; before that negotiation answers 500. */
export async function untilConnected(signalr: SignalRServer): Promise<void> {
  for await (const _ of setInterval(20, undefined, { signal: AbortSignal.timeout(10_000) })) {
    if (Number(signalr.health().entries['MessageHub']?.data['serverConnections']) >= 5) return;
  }
}
