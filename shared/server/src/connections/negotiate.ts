import { wireMessages } from '../wire-messages.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { OfferedTransport } from './transport.ts';

/** The highest version of negotiation. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate". */
const HIGHEST_VERSION = 1;

/** What a client asks for, and who it is: asked only where a token is signed. See {@link NegotiatedConnection}. */
export interface NegotiateRequest {
  readonly version: string | undefined;
  readonly useStatefulReconnect: boolean;
  readonly user: () => string | undefined;
}

/** The body of a negotiate answer: an object, since order of members is part of the recordings; undefined when the server is full. */
export function negotiate(
  { version: requestedVersion, useStatefulReconnect, user }: NegotiateRequest,
  minimumVersion: number,
  transports: readonly OfferedTransport[],
  connections: ConnectionManager,
): object | undefined {
  let version = 0;
  if (requestedVersion !== undefined) {
    if (!/^\s*[+-]?\d{1,10}\s*$/.test(requestedVersion))
      return { error: wireMessages.negotiateVersionNotInteger };
    version = Number(requestedVersion);
  }
  if (version < minimumVersion)
    return { error: wireMessages.negotiateVersionNotSupported(version) };
  version = Math.min(version, HIGHEST_VERSION);
  const connection = connections.createNegotiated({
    version,
    user,
    useStatefulReconnect,
    transports,
  });
  if (connection === undefined) return undefined;
  return {
    ...(useStatefulReconnect ? { useStatefulReconnect } : {}),
    negotiateVersion: version,
    connectionId: connection.connectionId,
    ...(version > 0 ? { connectionToken: connection.connectionToken } : {}),
    availableTransports: transports.map(({ name, transferFormats }) => ({
      transport: name,
      transferFormats,
    })),
  };
}
