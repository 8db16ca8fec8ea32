import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';

/**
 * Returns the protocols in which every message is encoded: the protocols of this server, and JSON
 * and MessagePack for clients of other servers.
 */
export function publishedProtocols(server: readonly HubProtocol[]): readonly HubProtocol[] {
  const defaults = [new JsonHubProtocol(), new MessagePackHubProtocol()];
  const serverNames = new Set(server.map(({ name }) => name));
  return [...server, ...defaults.filter(({ name }) => !serverNames.has(name))];
}

/**
 * Returns a message encoded in each of the protocols, by protocol name. Throws the error of a
 * payload serializer.
 */
export function encodeFor(
  protocols: readonly HubProtocol[],
  message: SharedMessage,
): ReadonlyMap<string, Uint8Array> {
  const encoded = new Map<string, Uint8Array>();
  for (const protocol of protocols) {
    const payload = message.encoded(protocol)?.payload;
    if (payload !== undefined) encoded.set(protocol.name, bytesOf(payload));
  }
  return encoded;
}

/** Returns a payload as bytes; strings are encoded as UTF-8. */
export const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;
