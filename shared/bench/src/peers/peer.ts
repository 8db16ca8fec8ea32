import type { Ability } from '../workloads/workload.ts';

/** A server that is measured. */
export interface Peer {
  readonly name: string;
  readonly description: string;
  /** The protocol of the load generator. */
  readonly protocol: 'json' | 'plain' | 'socketio';
  readonly path: string;
  readonly abilities: readonly Ability[];
  /** What must be installed or built before it can start. */
  readonly requires?: 'dotnet' | 'socketio';
  /** Returns the command that becomes the server, for a port and a Redis `host:port`. */
  readonly command: (port: number, redis?: string) => readonly string[];
}
