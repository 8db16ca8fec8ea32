import type {
  ClaimsPrincipal,
  ConnectionRequest,
  NegotiatedHub,
  NegotiateRedirect,
} from '@practical-signalr/server/scale-out';
import type { AzureSettings } from '../azure-options.ts';
import type { ServiceEndpoint } from '../endpoints/service-endpoint.ts';
import { clientClaims, pathClaim } from './client-claims.ts';

/** The values that are the same for all clients of a server. */
export interface RedirectContext {
  readonly settings: AzureSettings;
  readonly serverId: string;
  readonly endpointCount: number;
}

/**
 * Returns the URL of the service for a client, and the token with which it connects.
 * Source: `NegotiateHandler<THub>` of azure-signalr.
 */
export async function clientRedirect(
  endpoint: ServiceEndpoint,
  hubName: string,
  request: ConnectionRequest,
  user: ClaimsPrincipal | undefined,
  hub: NegotiatedHub,
  { settings, serverId, endpointCount }: RedirectContext,
): Promise<NegotiateRedirect> {
  const {
    serverStickyMode: mode,
    maxPollInterval,
    claimsProvider,
    diagnosticClientFilter,
  } = settings;
  const claims = clientClaims(
    claimsProvider === undefined ? user : claimsProvider(user, request),
    hub,
    {
      sticky: mode === 'Disabled' ? undefined : { serverId, mode },
      isDiagnosticClient: diagnosticClientFilter?.(request) === true,
      endpointCount,
      // Not 0, which means the default.
      maximumPollInterval:
        maxPollInterval === undefined ? undefined : Math.max(1, Math.round(maxPollInterval / 1000)),
      closeOnAuthenticationExpiration:
        settings.closeOnAuthenticationExpiration ?? hub.closeOnAuthenticationExpiration,
    },
  );
  const audience = endpoint.clientAudience(hubName);
  return {
    url: endpoint.clientUrl(hubName, request.path, request.query.toString()),
    accessToken: await endpoint.credentials.clientToken(
      audience,
      { ...claims, ...pathClaim(request.path) },
      settings.accessTokenLifetime,
    ),
  };
}
