import type {
  DepartingConnection,
  HandOver,
  HubLifetimeManager,
  StoredRecord,
} from '@practical-signalr/server/scale-out';
import { KeepingConnection } from './keeping-connection.ts';

/** A lifetime manager with the option `handOver`. */
export type MovingManager = HubLifetimeManager & { readonly handOver: HandOver };

/** A connection on its new server. */
export interface MovedConnection {
  readonly connection: KeepingConnection;
  /** Everything that the old server has received for it. */
  readonly before: readonly unknown[];
  readonly groups: readonly string[];
}

/** Records a connection. The record and the tail are what it received. */
export function recordConnection(
  { handOver }: MovingManager,
  connection: KeepingConnection,
  changes: Partial<DepartingConnection> = {},
): Promise<StoredRecord> {
  let recorded = 0;
  return handOver.record({
    connection,
    lifetime: 10_000,
    createRecord(groups) {
      recorded = connection.received.length;
      return JSON.stringify({ groups, received: connection.received });
    },
    createTail: () => JSON.stringify(connection.received.slice(recorded)),
    ...changes,
  });
}

/** Claims a connection. Returns undefined if that fails. */
export async function claimConnection(
  { handOver }: MovingManager,
  { connectionId, userIdentifier }: KeepingConnection,
): Promise<MovedConnection | undefined> {
  const found = await handOver.find(connectionId);
  if (found === undefined) return undefined;
  const { groups, received } = JSON.parse(found.record) as {
    groups: string[];
    received: unknown[];
  };
  const connection = new KeepingConnection(connectionId, userIdentifier);
  const tail = await found.claim(connection, groups);
  if (tail === undefined) return undefined;
  return { connection, groups, before: [...received, ...(JSON.parse(tail) as unknown[])] };
}
