import type { TransferFormat } from '@practical-signalr/protocol';
import type { SharedPayload } from './shared-payload.ts';

/** Names of the transports in negotiate answers. Source: `HttpTransportType` of ASP.NET Core. */
export type TransportName = 'WebSockets' | 'ServerSentEvents' | 'LongPolling';

/** In the order in which negotiate offers them. */
export const transportNames: readonly TransportName[] = [
  'WebSockets',
  'ServerSentEvents',
  'LongPolling',
];

/** What each transport carries. Source: TransportProtocols.md. */
export const transferFormats: Readonly<Record<TransportName, readonly TransferFormat[]>> = {
  WebSockets: ['Text', 'Binary'],
  ServerSentEvents: ['Text'],
  LongPolling: ['Text', 'Binary'],
};

/** Moves bytes of one connection; knows nothing of hubs. What is sent in one turn of the event loop leaves in one write. */
export interface Transport {
  readonly name: TransportName;
  /** True where the client shows without pings that it is alive. Source: `IConnectionInherentKeepAliveFeature`. */
  readonly hasInherentKeepAlive?: boolean;
  /** Sends what only this client gets. */
  send(payload: string | Uint8Array): void;
  /** The same for what stateful reconnect does not count: a ping, a Close. Where it is missing, both are one. */
  sendUncounted?(payload: string | Uint8Array): void;
  /** Sends what others get too: framed once for all of them. */
  sendShared(payload: SharedPayload): void;
  /** Undefined when more may be sent at once; else a promise that resolves when the buffer has room or the connection is gone. */
  whenRoom(): Promise<void> | undefined;
  /** Sends what waits, then ends the connection normally. */
  close(): void;
  /** Ends the connection at once. */
  abort(): void;
  /** Stops and resumes reading, so that a client cannot fill the server with calls. */
  pause(): void;
  resume(): void;
}

/** What a transport tells its connection. */
export interface TransportEvents {
  onReceive(piece: string | Uint8Array): void;
  /** The transport has come to its end; `lost` where it broke off and neither side wished it. */
  onClose(lost?: boolean): void;
  /** Whoever holds the client has it back on a new socket; what the old one has begun to bring never ends. */
  onReconnected?(): void;
  /** Another server has the client: what runs here is finished, and its answers still reach it. */
  onMoved?(): void;
}
