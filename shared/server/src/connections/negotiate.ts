import { errorTexts } from '../error-texts.ts';
import type { ConnectionManager } from './connection-manager.ts';
import { transferFormats, type TransportName } from './transport.ts';

/** The highest version of negotiation. Source: TransportProtocols.md, "POST [endpoint-base]/negotiate". */
const HIGHEST_VERSION = 1;

/** The body of a negotiate answer: an object, since order of members is part of the recordings; undefined when the server is full. */
export function negotiate(
  requestedVersion: string | undefined,
  minimumVersion: number,
  transports: readonly TransportName[],
  connections: ConnectionManager,
  useStatefulReconnect: boolean,
): object | undefined {
  let version = 0;
  if (requestedVersion !== undefined) {
    if (!/^\s*[+-]?\d{1,10}\s*$/.test(requestedVersion)) return { error: errorTexts.negotiateVersionNotInteger };
    version = Number(requestedVersion);
  }
  if (version < minimumVersion) return { error: errorTexts.negotiateVersionNotSupported(version) };
  version = Math.min(version, HIGHEST_VERSION);
  const connection = connections.negotiated(version);
  if (connection === undefined) return undefined;
  connection.useStatefulReconnect = useStatefulReconnect;
  return {
    ...(useStatefulReconnect ? { useStatefulReconnect } : {}),
    negotiateVersion: version,
    connectionId: connection.connectionId,
    ...(version > 0 ? { connectionToken: connection.connectionToken } : {}),
    availableTransports: transports.map((transport) => ({ transport, transferFormats: transferFormats[transport] })),
  };
}
