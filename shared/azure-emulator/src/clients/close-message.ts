import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
  MessageType,
} from '@practical-signalr/protocol';

/** The hub protocols of the service itself. Clients may use others with their servers. */
export const hubProtocols: ReadonlyMap<string, HubProtocol> = new Map(
  [new JsonHubProtocol(), new MessagePackHubProtocol()].map((protocol) => [
    protocol.name,
    protocol,
  ]),
);

/** Why and how the service closes a client. */
export interface CloseReason {
  /** The error that the client receives. */
  readonly error?: string | undefined;
  /** Whether a client with automatic reconnect connects again. Default: false. */
  readonly allowReconnect?: boolean;
}

/**
 * Returns the Close message in the client's protocol. Undefined if the service does not support it.
 */
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
