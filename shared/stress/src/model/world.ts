import type { ModelClient } from './model-client.ts';
import type { ClientKind, ModelRules } from './model.ts';

/** What can happen to a server. */
export type ServerEvent = 'kill' | 'handOver' | 'restart';

/** The servers that the model is compared with. */
export interface World {
  readonly name: string;
  readonly rules: ModelRules;
  /** The maximum number of each event in one run. Starting servers takes time. */
  readonly maximumEvents: Readonly<Record<ServerEvent, number>>;
  /** The transports that clients use. Others are replaced by WebSockets. */
  readonly transports: readonly ClientKind['transport'][];
  /** Whether clients may use stateful reconnect. */
  readonly isStateful: boolean;
  /** Whether the wall clock of the servers can be changed. */
  readonly hasClock: boolean;
  /** Returns the port of the server at this position. Several servers may share a port. */
  portOf(position: number): number;
  /** Whether a connection that was handed over continues. */
  continues(kind: ClientKind): boolean;
  /** Whether a running stream of a connection that was handed over continues. */
  readonly continuesStreams: boolean;
  /**
   * Ends a server, and starts another one in its place. Resolves when clients can connect again.
   * `clients` are all clients. Those that negotiated with the server must then use the new one.
   */
  end(server: string, event: ServerEvent, clients: readonly ModelClient[]): Promise<void>;
  close(): Promise<void>;
}
