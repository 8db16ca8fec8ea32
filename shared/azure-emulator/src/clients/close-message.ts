import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
  MessageType,
} from '@practical-signalr/protocol';

/** The hub protocols that the service itself speaks; clients may speak others with their servers. */
export const hubProtocols: ReadonlyMap<string, HubProtocol> = new Map(
  [new JsonHubProtocol(), new MessagePackHubProtocol()].map((protocol) => [
    protocol.name,
    protocol,
  ]),
);

/** Why and how the service ends a client. */
export interface CloseReason {
  /** What the client is told. */
  readonly error?: string | undefined;
  /** Whether a client with automatic reconnect comes back. */
  readonly allowReconnect?: boolean;
}

/** The Close message in the client's protocol; undefined where the service does not speak it. */
export function closeMessage(
  protocol: string,
  { error, allowReconnect }: CloseReason,
): string | Uint8Array | undefined {
  return hubProtocols.get(protocol)?.writeMessage({
    type: MessageType.Close,
    ...(error === undefined || error === '' ? {} : { error }),
    ...(allowReconnect === true ? { allowReconnect } : {}),
  });
}
