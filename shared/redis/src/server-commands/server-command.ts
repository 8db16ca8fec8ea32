import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';

/** The operations that all servers of a hub run. ASP.NET Core servers do not know them. */
const operations = [
  'addUserToGroup',
  'removeUserFromGroup',
  'closeConnection',
  'closeUser',
  'closeGroup',
  'closeAll',
] as const;

/** An operation for all servers of a hub. Each server runs it for its own connections. */
export interface ServerCommand {
  readonly id: number;
  /** The name of the process that waits for the acks. */
  readonly serverName: string;
  readonly operation: (typeof operations)[number];
  /** The user, connection or group that the operation selects. */
  readonly name: string;
  /** The group that a user is added to or removed from. */
  readonly group: string;
  /** The connections that stay open. */
  readonly excludedIds: readonly string[];
  /** The error that closed clients receive. */
  readonly reason: string | undefined;
}

export const writeServerCommand = (command: ServerCommand): Uint8Array =>
  Buffer.from(JSON.stringify(command));

/** Reads a command. Throws a {@link ForeignMessageError} if the payload has another format. */
export function readServerCommand(payload: Uint8Array): ServerCommand {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new ForeignMessageError();
  }
  if (!isServerCommand(value)) throw new ForeignMessageError();
  return value;
}

function isServerCommand(value: unknown): value is ServerCommand {
  if (typeof value !== 'object' || value === null) return false;
  const command = value as Partial<Record<keyof ServerCommand, unknown>>;
  const { id, operation, excludedIds, reason } = command;
  const hasStrings = [command.serverName, command.name, command.group].every(isString);
  return (
    hasStrings &&
    Number.isSafeInteger(id) &&
    operations.some((known) => known === operation) &&
    Array.isArray(excludedIds) &&
    excludedIds.every(isString) &&
    (reason === undefined || isString(reason))
  );
}

const isString = (value: unknown): value is string => typeof value === 'string';
