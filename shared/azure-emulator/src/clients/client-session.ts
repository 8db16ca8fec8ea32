import type { IncomingMessage } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import { ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import { writeHandshakeResponse } from '@practical-signalr/protocol';
import type { Transport, TransportEvents } from '@practical-signalr/server/transports';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import type { ServerConnection } from '../servers/server-connection.ts';
import { serveWithoutServer } from '../serverless/serverless-client.ts';
import { hubProtocols } from './close-message.ts';
import { EmulatedClient } from './emulated-client.ts';
import { openConnectionMessage } from './open-connection-message.ts';
import { isText } from './payload-by-protocol.ts';

/** The largest first record of a client, in bytes, and the time it has for it, in ms. */
const MAXIMUM_HANDSHAKE = 32_768;
const HANDSHAKE_TIMEOUT = 15_000;
const RECORD_SEPARATOR = 0x1e;

/** One client from its first byte to its end: learns its protocol from the first record, then hands it to an app server. */
export class ClientSession implements TransportEvents {
  readonly #service: EmulatedService;
  readonly #hubName: string;
  readonly #connectionId: string;
  readonly #transport: Transport;
  readonly #claims: JwtPayload;
  /** Not kept once the client is introduced. */
  #request: IncomingMessage | undefined;
  readonly #onEnded: () => void;
  readonly #timer: NodeJS.Timeout;
  #client: EmulatedClient | undefined;
  #received = Buffer.alloc(0);
  #ended = false;

  constructor(
    service: EmulatedService,
    hubName: string,
    connectionId: string,
    transport: Transport,
    claims: JwtPayload,
    request: IncomingMessage,
    onEnded: () => void,
  ) {
    this.#service = service;
    this.#hubName = hubName;
    this.#connectionId = connectionId;
    this.#transport = transport;
    this.#claims = claims;
    this.#request = request;
    this.#onEnded = onEnded;
    this.#timer = setTimeout(() => this.#refuse(errorTexts.handshakeTimeout), HANDSHAKE_TIMEOUT);
  }

  onReceive(piece: string | Uint8Array): void {
    this.#service.latency.add(piece.length, () => this.#receive(piece));
  }

  onClose(): void {
    this.#onEnded();
    this.#service.latency.add(0, () => this.#left());
  }

  #receive(piece: string | Uint8Array): void {
    if (this.#ended) return;
    if (this.#client !== undefined) return this.#relay(this.#client, piece);
    this.#received = Buffer.concat([
      this.#received,
      typeof piece === 'string' ? Buffer.from(piece) : piece,
    ]);
    const end = this.#received.indexOf(RECORD_SEPARATOR) + 1;
    if ((end === 0 ? this.#received.length : end) > MAXIMUM_HANDSHAKE)
      return this.#refuse(errorTexts.handshakeTooLong);
    if (end === 0) return;
    clearTimeout(this.#timer);
    const [handshake, rest] = [this.#received.subarray(0, end), this.#received.subarray(end)];
    this.#received = Buffer.alloc(0);
    this.#open(handshake);
    this.#request = undefined;
    if (this.#client !== undefined && rest.length > 0) this.#relay(this.#client, rest);
  }

  #open(handshake: Buffer): void {
    const service = this.#service;
    const [claims, connectionId] = [this.#claims, this.#connectionId];
    const protocol = handshakeProtocol(handshake);
    if (
      this.#transport.name === 'ServerSentEvents' &&
      hubProtocols.get(protocol)?.transferFormat === 'Binary'
    ) {
      return this.#refuse(errorTexts.binaryNotSupported(protocol));
    }
    const userId = claims['asrs.s.uid'] as string | undefined;
    const isServerless = service.options.serviceMode === 'Serverless';
    const server = isServerless ? undefined : this.#pickServer();
    if (!isServerless && server === undefined) {
      service.log(errorTexts.clientWithoutServer(connectionId, this.#hubName));
      return this.#refuse(errorTexts.noServer, protocol);
    }
    const introduced = openConnectionMessage(
      connectionId,
      claims,
      this.#request as IncomingMessage,
      protocol,
    );
    const identity = {
      connectionId,
      userId,
      protocol,
      introduction: introduced,
      handshake,
      expiresAt: authenticationEnd(claims),
    };
    const client = new EmulatedClient(identity, this.#transport);
    client.server = server;
    this.#client = client;
    const hub = service.hub(this.#hubName);
    if (server !== undefined) {
      server.send(introduced);
      server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
    } else if (!serveWithoutServer(service, hub, client)) {
      this.#client = undefined;
      this.#transport.close();
      return service.sweepHub(hub);
    }
    hub.add(client);
    service.log(errorTexts.clientConnected(connectionId, hub.name, this.#transport.name, protocol));
  }

  #pickServer(): ServerConnection | undefined {
    const { 'asrs.s.ssticky': sticky, 'asrs.s.sn': serverId } = this.#claims as Record<
      string,
      string | undefined
    >;
    return this.#service.hubs.get(this.#hubName)?.pickServer(serverId, sticky === 'Required');
  }

  #relay(client: EmulatedClient, piece: string | Uint8Array): void {
    client.received++;
    this.#service.hubs.get(this.#hubName)?.clientSent(client, piece);
  }

  #refuse(error: string, protocol = 'json'): void {
    const answer = writeHandshakeResponse(error);
    this.#transport.send(isText(protocol) ? answer : Buffer.from(answer));
    this.#transport.close();
  }

  #left(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#received = Buffer.alloc(0);
    const hub = this.#service.hubs.get(this.#hubName);
    if (this.#client === undefined || hub === undefined) return;
    hub.clientLeft(this.#client);
    this.#service.log(errorTexts.clientLeft(this.#connectionId, hub.name));
    this.#service.sweepHub(hub);
  }
}

/** When the client is to be closed, in ms since the epoch: as its app says, else with its token. Undefined: never. */
function authenticationEnd({ exp, ...claims }: JwtPayload): number | undefined {
  if (claims['asrs.s.coae'] === undefined) return undefined;
  return Number(claims['asrs.s.aeo'] ?? exp) * 1000 || undefined;
}

/** The protocol that a client's first record names; '' where it names none, which its server refuses. */
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
