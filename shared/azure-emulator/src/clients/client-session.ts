import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import { ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import { writeHandshakeResponse } from '@practical-signalr/protocol';
import type { Transport, TransportEvents } from '@practical-signalr/server/transports';
import type { EmulatedService } from '../emulated-service.ts';
import { logMessages } from '../log-messages.ts';
import { wireMessages } from '../wire-messages.ts';
import type { ServerConnection } from '../servers/server-connection.ts';
import { serveWithoutServer } from '../serverless/serverless-client.ts';
import { hubProtocols } from './close-message.ts';
import { EmulatedClient } from './emulated-client.ts';
import { openConnectionMessage } from './open-connection-message.ts';
import { isTextProtocol } from './payload-by-protocol.ts';

/** The maximum size of a handshake request, in bytes, and the maximum time for it, in ms. */
const MAXIMUM_HANDSHAKE = 32_768;
const HANDSHAKE_TIMEOUT = 15_000;
const RECORD_SEPARATOR = 0x1e;

/**
 * One client: reads the protocol from its handshake request, then relays its data to an app server.
 */
export class ClientSession implements TransportEvents {
  readonly #service: EmulatedService;
  readonly #hubName: string;
  readonly #connectionId: string;
  readonly #transport: Transport;
  readonly #claims: JwtPayload;
  /** Released after the client was announced to its server. */
  #request: IncomingMessage | undefined;
  readonly #onEnd: () => void;
  readonly #timer: NodeJS.Timeout;
  #client: EmulatedClient | undefined;
  #received = Buffer.alloc(0);
  /** True after the client was refused or has disconnected. Data that still arrives is ignored. */
  #isEnded = false;

  constructor(
    service: EmulatedService,
    hubName: string,
    connectionId: string,
    transport: Transport,
    claims: JwtPayload,
    request: IncomingMessage,
    onEnd: () => void,
  ) {
    this.#service = service;
    this.#hubName = hubName;
    this.#connectionId = connectionId;
    this.#transport = transport;
    this.#claims = claims;
    this.#request = request;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => this.#refuse(wireMessages.handshakeTimeout), HANDSHAKE_TIMEOUT);
    service.sessions.add(this);
  }

  /** Ends the session because the service closes. */
  abort(): void {
    clearTimeout(this.#timer);
    this.#transport.abort();
  }

  onReceive(chunk: string | Uint8Array): void {
    this.#service.latency.add(chunk.length, () => this.#receive(chunk));
  }

  onClose(): void {
    this.#service.sessions.delete(this);
    this.#onEnd();
    this.#service.latency.add(0, () => this.#handleDisconnect());
  }

  #receive(chunk: string | Uint8Array): void {
    if (this.#isEnded) return;
    if (this.#client !== undefined) return this.#relay(this.#client, chunk);
    this.#received = Buffer.concat([
      this.#received,
      typeof chunk === 'string' ? Buffer.from(chunk) : chunk,
    ]);
    const end = this.#received.indexOf(RECORD_SEPARATOR) + 1;
    if ((end === 0 ? this.#received.length : end) > MAXIMUM_HANDSHAKE)
      return this.#refuse(wireMessages.handshakeTooLong);
    if (end === 0) return;
    clearTimeout(this.#timer);
    const handshake = this.#received.subarray(0, end);
    const rest = this.#received.subarray(end);
    this.#received = Buffer.alloc(0);
    this.#open(handshake);
    this.#request = undefined;
    if (this.#client !== undefined && rest.length > 0) this.#relay(this.#client, rest);
  }

  #open(handshake: Buffer): void {
    const service = this.#service;
    const claims = this.#claims;
    const connectionId = this.#connectionId;
    const protocol = handshakeProtocol(handshake);
    if (
      this.#transport.name === 'ServerSentEvents' &&
      hubProtocols.get(protocol)?.transferFormat === 'Binary'
    ) {
      return this.#refuse(wireMessages.binaryNotSupported(protocol));
    }
    const userId = claims['asrs.s.uid'] as string | undefined;
    const isServerless = service.options.serviceMode === 'Serverless';
    const server = isServerless ? undefined : this.#pickServer();
    if (!isServerless && server === undefined) {
      service.log(logMessages.clientWithoutServer(connectionId, this.#hubName));
      return this.#refuse(wireMessages.noServer, protocol);
    }
    const openConnection = openConnectionMessage(
      connectionId,
      claims,
      this.#request as IncomingMessage,
      protocol,
    );
    const identity = {
      connectionId,
      userId,
      protocol,
      openConnection,
      handshake,
      expiresAt: authenticationEnd(claims),
    };
    const client = new EmulatedClient(identity, this.#transport);
    client.server = server;
    this.#client = client;
    const hub = service.hub(this.#hubName);
    if (server !== undefined) {
      server.send(openConnection);
      server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
    } else if (!serveWithoutServer(service, hub, client)) {
      this.#client = undefined;
      this.#isEnded = true;
      this.#transport.close();
      return service.sweepHub(hub);
    }
    hub.add(client);
    service.log(
      logMessages.clientConnected(connectionId, hub.name, this.#transport.name, protocol),
    );
  }

  #pickServer(): ServerConnection | undefined {
    const { 'asrs.s.ssticky': sticky, 'asrs.s.sn': serverId } = this.#claims as Record<
      string,
      string | undefined
    >;
    return this.#service.hubs.get(this.#hubName)?.pickServer(serverId, sticky === 'Required');
  }

  #relay(client: EmulatedClient, chunk: string | Uint8Array): void {
    client.received++;
    this.#service.hubs.get(this.#hubName)?.relayFromClient(client, chunk);
  }

  #refuse(error: string, protocol = 'json'): void {
    this.#isEnded = true;
    const response = writeHandshakeResponse(error);
    this.#transport.send(isTextProtocol(protocol) ? response : Buffer.from(response));
    this.#transport.close();
  }

  #handleDisconnect(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#received = Buffer.alloc(0);
    const hub = this.#service.hubs.get(this.#hubName);
    if (this.#client === undefined || hub === undefined) return;
    hub.onClientDisconnected(this.#client);
    this.#service.log(logMessages.clientDisconnected(this.#connectionId, hub.name));
    this.#service.sweepHub(hub);
  }
}

/**
 * Returns when the client is closed because its authentication expires, in ms since the epoch: the
 * time that the app has set, otherwise the expiry of the token. Undefined if the app did not
 * request it.
 */
function authenticationEnd({ exp, ...claims }: JwtPayload): number | undefined {
  if (claims['asrs.s.coae'] === undefined) return undefined;
  return Number(claims['asrs.s.aeo'] ?? exp) * 1000 || undefined;
}

/** Returns the protocol of a handshake request. '' if there is none, which the server refuses. */
function handshakeProtocol(record: Buffer): string {
  try {
    const { protocol } = JSON.parse(record.subarray(0, -1).toString('utf8')) as {
      protocol?: unknown;
    };
    return typeof protocol === 'string' ? protocol.toLowerCase() : '';
  } catch {
    return '';
  }
}
