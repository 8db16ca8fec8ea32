import { Decoder, Encoder } from '@msgpack/msgpack';
import { wellFormed } from './redis-channels.ts';

/** A hub message for clients of any server, encoded in each hub protocol. */
export interface RedisInvocation {
  readonly excludedConnectionIds: readonly string[];
  /** The encoded and framed message, by protocol name. */
  readonly messages: ReadonlyMap<string, Uint8Array>;
  /** Set, like `returnAddress`, only if the client is invoked and returns a result. */
  readonly invocationId?: string | undefined;
  readonly returnAddress?: string | undefined;
  /**
   * The position of the message in the history. It takes the place of `returnAddress` in a message
   * without `invocationId`. Servers of .NET and servers without history ignore it.
   */
  readonly position?: string | undefined;
}

export const GroupAction = { Add: 1, Remove: 2 } as const;
export type GroupAction = (typeof GroupAction)[keyof typeof GroupAction];

/** Requests the server that holds a connection to change its groups. */
export interface RedisGroupCommand {
  readonly id: number;
  readonly serverName: string;
  readonly action: GroupAction;
  readonly group: string;
  readonly connectionId: string;
}

/** The result of a client, for the server that invoked it. */
export interface RedisCompletion {
  readonly protocol: string;
  readonly message: Uint8Array;
}

/** A message on one of our channels was not written by a SignalR server. */
export class ForeignMessageError extends Error {
  override readonly name = 'ForeignMessageError';
}

const encoder = new Encoder();
// Prevents allocations for lengths that no SignalR server writes.
const decoder = new Decoder({
  maxArrayLength: 1_000_000,
  maxMapLength: 100,
  maxStrLength: 1_000_000,
});

/**
 * Writes MessagePack in its shortest forms, as all writers of this file do.
 * Source: `RedisProtocol` of Microsoft.AspNetCore.SignalR.StackExchangeRedis.
 */
export function writeInvocation(invocation: RedisInvocation): Uint8Array {
  const { excludedConnectionIds, messages, invocationId, returnAddress } = invocation;
  const items: unknown[] = [excludedConnectionIds, Object.fromEntries(messages)];
  if (invocationId !== undefined) items.push(invocationId, returnAddress);
  return encoder.encode(items);
}

/**
 * Reads an invocation. Throws a {@link ForeignMessageError}, as all readers of this file do, if the
 * payload has another format.
 */
export function readInvocation(payload: Uint8Array): RedisInvocation {
  const [excluded, messages, invocationId, returnAddress] = readArray(payload, 2);
  if (!Array.isArray(excluded) || typeof messages !== 'object' || messages === null)
    throw new ForeignMessageError();
  const encoded = new Map<string, Uint8Array>();
  for (const [name, bytes] of Object.entries(messages)) encoded.set(name, binary(bytes));
  const excludedConnectionIds = excluded.map(string);
  if (invocationId === undefined || invocationId === null) {
    const position = typeof returnAddress === 'string' ? returnAddress : undefined;
    return { excludedConnectionIds, messages: encoded, position };
  }
  return {
    excludedConnectionIds,
    messages: encoded,
    invocationId: string(invocationId),
    returnAddress: string(returnAddress),
  };
}

export const writeGroupCommand = ({
  id,
  serverName,
  action,
  group,
  connectionId,
}: RedisGroupCommand): Uint8Array =>
  encoder.encode([id, serverName, action, wellFormed(group), connectionId]);

export function readGroupCommand(payload: Uint8Array): RedisGroupCommand {
  const [id, serverName, action, group, connectionId] = readArray(payload, 5);
  if (action !== GroupAction.Add && action !== GroupAction.Remove) throw new ForeignMessageError();
  return {
    id: integer(id),
    serverName: string(serverName),
    action,
    group: string(group),
    connectionId: string(connectionId),
  };
}

export const writeAck = (id: number): Uint8Array => encoder.encode([id]);

export const readAck = (payload: Uint8Array): number => integer(readArray(payload, 1)[0]);

export const writeCompletion = ({ protocol, message }: RedisCompletion): Uint8Array =>
  encoder.encode([protocol, message]);

export function readCompletion(payload: Uint8Array): RedisCompletion {
  const [protocol, message] = readArray(payload, 2);
  return { protocol: string(protocol), message: binary(message) };
}

/** Returns the items of an array. Additional items at the end are allowed, as in .NET. */
function readArray(payload: Uint8Array, minimumLength: number): readonly unknown[] {
  let value: unknown;
  try {
    value = decoder.decode(payload);
  } catch {
    throw new ForeignMessageError();
  }
  if (!Array.isArray(value) || value.length < minimumLength) throw new ForeignMessageError();
  return value as unknown[];
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new ForeignMessageError();
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new ForeignMessageError();
  return value as number;
}

function binary(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new ForeignMessageError();
  return value;
}
