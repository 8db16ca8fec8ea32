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
}

/** Returns the body of the response. The order of its members is the same as in ASP.NET Core. */
export function negotiate(
  { version: requestedVersion, useStatefulReconnect, user }: NegotiateRequest,
  minimumVersion: number,
  transports: readonly OfferedTransport[],
  connections: ConnectionManager,
): object {
  let version = 0;
  if (requestedVersion !== undefined) {
    version = Number(requestedVersion);
    const isInRange = version < 2 ** 31 && version >= -(2 ** 31);
    if (!isInRange || !/^[ \t-\r]*[+-]?\d+[ \t-\r]*$/.test(requestedVersion))
      return { error: wireMessages.negotiateVersionNotInteger };
  }
  if (version < minimumVersion)
    return { error: wireMessages.negotiateVersionNotSupported(version) };
  version = Math.min(version, HIGHEST_VERSION);
  const { connectionId, token } = connections.negotiate({ version, user, useStatefulReconnect });
  return {
    ...(useStatefulReconnect ? { useStatefulReconnect } : {}),
    negotiateVersion: version,
    connectionId,
    ...(version > 0 ? { connectionToken: token } : {}),
    availableTransports: transports.map(({ name, transferFormats }) => ({
      transport: name,
      transferFormats,
    })),
  };
}
