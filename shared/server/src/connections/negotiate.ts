import { wireMessages } from '../wire-messages.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { OfferedTransport } from './transport.ts';

/**
 * The highest version of negotiation. Source: TransportProtocols.md, "POST
 * [endpoint-base]/negotiate".
 */
const HIGHEST_VERSION = 1;

/** What a client wants to negotiate. See {@link NegotiatedConnection}. */
export interface NegotiateRequest {
  readonly version: string | undefined;
  readonly useStatefulReconnect: boolean;
  readonly user: () => string | undefined;
  /** The time until the client's access token expires, in seconds. Undefined if it is not sent. */
  readonly tokenLifetime?: number | undefined;
}

/** Returns the JSON text of transports, for {@link negotiate}. */
export const writeTransports = (transports: readonly OfferedTransport[]): string =>
  JSON.stringify(
    transports.map(({ name, transferFormats }) => ({ transport: name, transferFormats })),
  );

/**
 * Returns the body of the response as JSON text. The order of its members is the same as in ASP.NET
 * Core. `transports` is JSON text, because it is the same for all clients.
 */
export function negotiate(
  { version: requestedVersion, useStatefulReconnect, user, tokenLifetime }: NegotiateRequest,
  minimumVersion: number,
  transports: string,
  connections: ConnectionManager,
): string {
  let version = 0;
  if (requestedVersion !== undefined) {
    version = Number(requestedVersion);
    const isInRange = version < 2 ** 31 && version >= -(2 ** 31);
    if (!isInRange || !/^[ \t-\r]*[+-]?\d+[ \t-\r]*$/.test(requestedVersion))
      return JSON.stringify({ error: wireMessages.negotiateVersionNotInteger });
  }
  if (version < minimumVersion)
    return JSON.stringify({ error: wireMessages.negotiateVersionNotSupported(version) });
  version = Math.min(version, HIGHEST_VERSION);
  const { connectionId, token } = connections.negotiate({ version, user, useStatefulReconnect });
  const stateful = useStatefulReconnect ? '"useStatefulReconnect":true,' : '';
  const secret = version > 0 ? `"connectionToken":${JSON.stringify(token)},` : '';
  const lifetime = tokenLifetime === undefined ? '' : `,"tokenLifetimeSeconds":${tokenLifetime}`;
  const id = JSON.stringify(connectionId);
  return `{${stateful}"negotiateVersion":${version},"connectionId":${id},${secret}"availableTransports":${transports}${lifetime}}`;
}
