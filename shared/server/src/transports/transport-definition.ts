import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PostQueue } from '../connections/post-queue.ts';
import type { OfferedTransport, Transport, TransportEvents } from '../connections/transport.ts';
import type { SendLimits } from './buffered-transport.ts';
import type { PollTimes } from './long-polling.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** A transport that waits for its connection. */
export interface NewTransport extends Transport {
  /** Starts reading. */
  listen(events: TransportEvents): void;
}

/** A transport that is opened by a GET and receives data by POSTs. */
export interface HttpTransport extends NewTransport {
  /**
   * Takes a GET of the client, the first one included. A transport without this method answers
   * only the GET that opens it.
   */
  poll?(response: ServerResponse): void;
}

/** What every transport needs when it is created. */
export interface TransportSettings {
  readonly batcher: WriteBatcher;
  readonly sendLimits: SendLimits;
  /** Called when the client does not read. The transport is aborted after that. */
  readonly onTooSlow: () => void;
}

/** What a transport that is opened by a GET needs when it is created. */
export interface HttpTransportSettings extends TransportSettings {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The bodies of the client's POSTs. */
  readonly posts: PostQueue;
  readonly pollTimes: PollTimes;
}

/** An upgrade request, as the event `upgrade` of `http.Server` reports it. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Completes the opening handshake of an upgrade request. Calls `onOpen` in the same turn of the
 * event loop, or answers a malformed request itself.
 */
export type TransportUpgrader = (
  upgrade: UpgradeRequest,
  onOpen: (create: (settings: TransportSettings) => NewTransport) => void,
) => void;

interface AnyTransportDefinition extends OfferedTransport {
  /** The bit in a set of transports. Source: `HttpTransportType` of ASP.NET Core. */
  readonly flag: number;
  /** Returns true if a request asks for this transport. */
  accepts(request: IncomingMessage): boolean;
}

/** Describes a transport that is opened by a GET. */
export interface HttpTransportDefinition extends AnyTransportDefinition {
  readonly needsUpgrade: false;
  /** True if a DELETE of the client closes the connection. */
  readonly canBeDeleted: boolean;
  /** The headers of an answer that refuses a GET. */
  readonly refusalHeaders: OutgoingHttpHeaders;
  create(settings: HttpTransportSettings): HttpTransport;
}

/** Describes a transport that is opened by an upgrade request. */
export interface UpgradeTransportDefinition extends AnyTransportDefinition {
  readonly needsUpgrade: true;
  /** Completes the opening handshakes of all hubs. */
  readonly upgrade: TransportUpgrader;
}

/** Describes one transport. */
export type TransportDefinition = HttpTransportDefinition | UpgradeTransportDefinition;
