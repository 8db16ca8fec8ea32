import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';

/** The encodings of every message: those of the server, and all that a server elsewhere may need. */
export function publishedProtocols(server: readonly HubProtocol[]): readonly HubProtocol[] {
  const defaults = [new JsonHubProtocol(), new MessagePackHubProtocol()];
  return [
    ...server,
    ...defaults.filter((known) => !server.some(({ name }) => name === known.name)),
  ];
}

/** A message in all these encodings. Throws what a payload serializer throws. */
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

export const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;
