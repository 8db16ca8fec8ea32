import { azureSignalR, parseConnectionString } from '@practical-signalr/azure';
import { startEmulator } from '@practical-signalr/azure-emulator';
import { SignalRServer } from '@practical-signalr/server';
import { type RequestHandler, Router } from 'express';
import { authentication } from './auth-fixed.ts';
import { MessageHub } from './hub.ts';

/** Two apps that go wrong on purpose; they start when they are first asked. */
export class OtherApps {
  readonly #connectionString: string;
  #running: Promise<{ handler: RequestHandler; close(): Promise<void> }> | undefined;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  /** `/small/messages`: a service with a quota of 20. `/wrong/messages`: the key is not the service's. */
  readonly handler: RequestHandler = async (request, response, next) => {
    if (!/^\/(small|wrong)\//.test(request.path)) return next();
    const { handler } = await (this.#running ??= this.#start());
    return handler(request, response, next);
  };

  async close(): Promise<void> {
    await (await this.#running)?.close();
  }

  async #start() {
    const service = await startEmulator({ port: 0, quota: 20 });
    const { endpoint } = parseConnectionString(this.#connectionString);
    const app = (path: string, connectionString: string): SignalRServer => {
      const signalr = new SignalRServer({ scaleOut: azureSignalR({ connectionString }) });
      signalr.mapHub(path, MessageHub, { authorize: true, authentication });
      return signalr;
    };
    const small = app('/small/messages', service.connectionString);
    const wrong = app('/wrong/messages', `Endpoint=${endpoint};AccessKey=${'wrong'.repeat(9)}`);
    while (service.status().openConnections < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      handler: Router().use(small.router(), wrong.router()),
      async close() {
        await Promise.all([small.close(), wrong.close()]);
        await service.close();
      },
    };
  }
}
