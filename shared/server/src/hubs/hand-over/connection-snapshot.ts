import { randomUUID } from 'node:crypto';
import type { HubProtocol } from '@practical-signalr/protocol';
import type { MessageBufferState } from '../connection/message-buffer.ts';
import type { TransportName } from '../../transport-name.ts';

/** The version of the format. Servers do not take over connections with another version. */
export const SNAPSHOT_VERSION = 1;

type Payload = string | Uint8Array;

/** Everything that another server needs to continue a connection. */
export interface ConnectionSnapshot {
  readonly version: number;
  /** Identifies this hand-over, so that a tail of another one is refused. */
  readonly moveId: string;
  readonly hubName: string;
  readonly connectionId: string;
  /**
   * Identifies the authenticated user. The claims and their expiration come from the user's next
   * request.
   */
  readonly user: string | undefined;
  readonly userIdentifier: string | undefined;
  /** The parameters of the path at which the client connected. */
  readonly params: Readonly<Record<string, string>>;
  readonly transport: TransportName;
  /** The name of the hub protocol. */
  readonly protocol: string;
  /** Whether the client has sent a ping, so that its silence counts. */
  readonly hasSentPings: boolean;
  readonly groups: readonly string[];
  readonly messages: MessageBufferState;
}

/** A snapshot, and the protocol that reads its messages. */
export interface ReadSnapshot {
  readonly snapshot: ConnectionSnapshot;
  readonly protocol: HubProtocol;
}

/** The content of a snapshot without the members that `writeSnapshot` adds. */
export type SnapshotContent = Omit<ConnectionSnapshot, 'version'>;

export const newMoveId = (): string => randomUUID();

/** Returns the snapshot as text. */
export function writeSnapshot(content: SnapshotContent, protocol: HubProtocol): string {
  const { messages } = content;
  return JSON.stringify({
    ...content,
    version: SNAPSHOT_VERSION,
    messages: { ...messages, messages: encodeAll(messages.messages, protocol) },
  });
}

/**
 * Returns the snapshot. Undefined if the version is another one or no given protocol can read its
 * messages.
 */
export function readSnapshot(
  text: string,
  protocols: readonly HubProtocol[],
): ReadSnapshot | undefined {
  const snapshot = JSON.parse(text) as ConnectionSnapshot;
  if (snapshot.version !== SNAPSHOT_VERSION) return undefined;
  const protocol = protocols.find(({ name }) => name === snapshot.protocol);
  if (protocol === undefined) return undefined;
  const messages = decodeAll(snapshot.messages.messages as readonly string[], protocol);
  return {
    protocol,
    snapshot: { ...snapshot, messages: { ...snapshot.messages, messages } },
  };
}

/** Returns the messages that a connection got since its snapshot as text. */
export const writeTail = (messages: readonly Payload[], protocol: HubProtocol): string =>
  JSON.stringify(encodeAll(messages, protocol));

/** Returns the messages of a tail. */
export const readTail = (text: string, protocol: HubProtocol): Payload[] =>
  decodeAll(JSON.parse(text) as string[], protocol);

/**
 * Returns the messages as text or base64. Text protocols may also have written bytes, which are
 * UTF-8.
 */
function encodeAll(messages: readonly Payload[], protocol: HubProtocol): string[] {
  const encoding = protocol.transferFormat === 'Binary' ? 'base64' : 'utf8';
  return messages.map((message) =>
    typeof message === 'string' ? message : Buffer.from(message).toString(encoding),
  );
}

const decodeAll = (messages: readonly string[], protocol: HubProtocol): Payload[] =>
  protocol.transferFormat === 'Binary'
    ? messages.map((message) => Buffer.from(message, 'base64'))
    : [...messages];
