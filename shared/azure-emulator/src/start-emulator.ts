import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CodedError } from '@practical-signalr/protocol';
import { asksForHttp2, serveWithoutUpgrade } from '@practical-signalr/server/transports';
import cors from 'cors';
import express, { type RequestHandler } from 'express';
import { clientEndpoint } from './clients/client-endpoint.ts';
import { EmulatedService } from './emulated-service.ts';
import {
  type EmulatorOptions,
  type ResolvedEmulatorOptions,
  resolveEmulatorOptions,
} from './emulator-options.ts';
import { errors } from './errors.ts';
import type { ServiceHub } from './hubs/service-hub.ts';
import { restApi } from './rest/rest-api.ts';
import { type EmulatorStatus, emulatorStatus } from './status/emulator-status.ts';
import { statusPage } from './status/status-page.ts';
import { refuseClientOrigin, refuseHost, refuseOrigin, refuseRequests } from './request-origin.ts';
import { accessKeyEndpoint } from './tokens/access-key-endpoint.ts';
import { UpgradeHandler } from './upgrade-handler.ts';

/** A running emulator. */
export interface Emulator {
  /** The URL of the emulator, for example `http://127.0.0.1:8888`. */
  readonly url: string;
  readonly port: number;
  /** The HTTP server, for tests that observe its sockets. `close()` of the emulator closes it. */
  readonly server: Server;
  /** The connection string for apps, in the format of the Azure portal. */
  readonly connectionString: string;
  /**
   * The hubs by their names at the service. A hub exists while it has a server, a client or a group
   * membership.
   */
  readonly hubs: ReadonlyMap<string, ServiceHub>;
  /** The latency that the emulator adds in each direction, in ms. You can change it at any time. */
  latency: number;
  /** Drops one server connection of one hub, or of any hub. Returns false if there is none. */
  dropServerConnection(hub?: string): boolean;
  /** Drops all server connections of one hub, or of all hubs. Returns their number. */
  dropServerConnections(hub?: string): number;
  /**
   * Closes all clients of one hub, or of all hubs. With `allowReconnect`, clients with automatic
   * reconnect connect again. Returns their number.
   */
  closeClients(options?: { readonly hub?: string; readonly allowReconnect?: boolean }): number;
  /** Returns the status that the status page shows. */
  status(): EmulatorStatus;
  /** Closes all connections and frees the port. */
  close(): Promise<void>;
}

const reflectOrigin = cors({ origin: true, credentials: true, maxAge: 600 });
/**
 * Sends the CORS headers to pages, whose origin was checked before. Other clients do not need them.
 */
const allowOrigins: RequestHandler = (request, response, next) =>
  request.headers.origin === undefined ? next() : reflectOrigin(request, response, next);

/**
 * Starts an emulator of Azure SignalR Service on this machine.
 * @throws {TypeError|RangeError} if an option is unknown (`ERR_SIGNALR_EMULATOR_UNKNOWN_OPTION`) or
 * its value impossible (`ERR_SIGNALR_EMULATOR_INVALID_OPTION`).
 * @throws {Error} if the port is in use (`ERR_SIGNALR_EMULATOR_PORT_IN_USE`) or the address cannot
 * be used (`ERR_SIGNALR_EMULATOR_CANNOT_LISTEN`).
 * @example
 * const emulator = await startEmulator({ port: 0 });
 * const signalr = new SignalRServer({ scaleOut: azureSignalR({ connectionString:
 * emulator.connectionString }) });
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveEmulatorOptions(options);
  const { host, accessKey } = resolved;
  const service = new EmulatedService(resolved);
  const upgrades = new UpgradeHandler(service);
  const app = express().disable('x-powered-by').disable('etag');
  app.use(refuseRequests((request) => refuseHost(request, resolved)));
  app.use(
    '/client',
    refuseRequests((request) => refuseClientOrigin(request, resolved)),
    allowOrigins,
    clientEndpoint(service),
  );
  app.use(refuseRequests(refuseOrigin));
  app.get('/api/v1/auth/accessKey', accessKeyEndpoint(service));
  // Also answers HEAD, which load balancers use for health checks.
  app.get(['/api/health', '/api/v1/health'], (_request, response) => response.status(200).end());
  app.use('/api', restApi(service));
  app.get('/', (_request, response) => response.type('html').send(statusPage));
  app.get('/api/status', (_request, response) =>
    response.set('cache-control', 'no-store').json(emulatorStatus(service)),
  );
  const server = createServer(app);
  // As ASP.NET Core. With 5 s, Node's default, a client or a proxy may send a request on an idle
  // connection at the moment when the server closes it.
  server.keepAliveTimeout = 130_000;
  server.on('upgrade', (request, socket, head) => {
    if (asksForHttp2(request)) serveWithoutUpgrade(server, request, socket, head);
    else upgrades.handle(request, socket, head);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, resolved)));
      server.listen(resolved.port, host, resolve);
    });
  } catch (error) {
    service.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host; // URLs write IPv6 addresses in brackets.
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
      // Clients in this process must know it before the port is used again: `fetch` would send its
      // next request over a connection that has closed.
      for (let turn = 0; turn < 2; turn++) await nextTurn();
    },
  };
}

function listenError(
  error: NodeJS.ErrnoException,
  { host, port }: ResolvedEmulatorOptions,
): CodedError {
  if (error.code === 'EADDRINUSE') return errors.portInUse(port, error);
  return errors.cannotListen(host, port, error.code ?? error.message, error);
}
