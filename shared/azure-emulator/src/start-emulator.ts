import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import express, { type RequestHandler } from 'express';
import { clientEndpoint } from './clients/client-endpoint.ts';
import { EmulatedService } from './emulated-service.ts';
import { type EmulatorOptions, resolveEmulatorOptions } from './emulator-options.ts';
import { errorTexts } from './error-texts.ts';
import type { ServiceHub } from './hubs/service-hub.ts';
import { restApi } from './rest/rest-api.ts';
import { type EmulatorStatus, emulatorStatus } from './status/emulator-status.ts';
import { statusPage } from './status/status-page.ts';
import { accessKeyEndpoint } from './tokens/access-key-endpoint.ts';
import { UpgradeHandler } from './upgrade-handler.ts';

/** A running emulator. */
export interface Emulator {
  /** For example `http://127.0.0.1:8888`. */
  readonly url: string;
  readonly port: number;
  /** What listens, for those who watch its sockets. It is the emulator's to close. */
  readonly server: Server;
  /** For apps, as the portal shows it. */
  readonly connectionString: string;
  /** The hubs by the names that the service knows them by. One is there as long as anybody is in it. */
  readonly hubs: ReadonlyMap<string, ServiceHub>;
  /** How long everything takes through the service, each way, in ms; may be set at any time. */
  latency: number;
  /** Cuts one server connection, of one hub or of any. False where there is none. */
  dropServerConnection(hub?: string): boolean;
  /** Cuts all server connections, of one hub or of all. Returns how many. */
  dropServerConnections(hub?: string): number;
  /** Closes all clients, of one hub or of all; with `allowReconnect` they are told to come back. Returns how many. */
  closeClients(options?: { readonly hub?: string; readonly allowReconnect?: boolean }): number;
  /** What goes on, as the status page shows it. */
  status(): EmulatorStatus;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

const allowed = cors({ origin: true, credentials: true, maxAge: 600 });
/** Pages of every origin may connect: their token says whether they may. Others than browsers need not hear of it. */
const otherOrigins: RequestHandler = (request, response, next) =>
  request.headers.origin === undefined ? next() : allowed(request, response, next);

/**
 * Starts Azure SignalR Service on this machine.
 * @throws {Error} a sentence when the port is taken or an option is impossible.
 * @example
 * const emulator = await startEmulator({ port: 0 });
 * const signalr = new SignalRServer({ scaleOut: azureSignalR({ connectionString: emulator.connectionString }) });
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveEmulatorOptions(options);
  const { host, accessKey } = resolved;
  const service = new EmulatedService(resolved);
  const upgrades = new UpgradeHandler(service);
  const app = express().disable('x-powered-by').disable('etag');
  app.use('/client', otherOrigins, clientEndpoint(service));
  app.get('/api/v1/auth/accessKey', accessKeyEndpoint(service));
  // HEAD too; what load balancers ask
  app.get(
    ['/api/health', '/api/v1/health'],
    (_request, response) => void response.status(200).end(),
  );
  app.use('/api', restApi(service));
  app.get('/', (_request, response) => void response.type('html').send(statusPage));
  app.get('/api/status', (_request, response) =>
    response.set('cache-control', 'no-store').json(emulatorStatus(service)),
  );
  const server = createServer(app);
  server.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          new Error(
            error.code === 'EADDRINUSE'
              ? errorTexts.portInUse(resolved.port)
              : errorTexts.cannotListen(host, resolved.port, error.code ?? error.message),
            { cause: error },
          ),
        ),
      );
      server.listen(resolved.port, host, resolve);
    });
  } catch (error) {
    service.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host; // as URLs write IPv6
  return {
    url: `http://${name}:${port}`,
    port,
    server,
    connectionString: `Endpoint=http://${name};Port=${port};AccessKey=${accessKey};Version=1.0;`,
    hubs: service.hubs,
    get latency() {
      return service.latency.delay;
    },
    set latency(latency) {
      resolveEmulatorOptions({ latency });
      service.latency.delay = latency;
    },
    dropServerConnection: (hub) => service.dropServers(hub, 1) === 1,
    dropServerConnections: (hub) => service.dropServers(hub, Infinity),
    closeClients: ({ hub, allowReconnect = false } = {}) =>
      service.closeClients(hub, allowReconnect),
    status: () => emulatorStatus(service),
    async close() {
      service.close();
      upgrades.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
