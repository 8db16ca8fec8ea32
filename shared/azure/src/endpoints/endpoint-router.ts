import type { ConnectionRequest } from '@practical-signalr/server/scale-out';
import type { EndpointType } from './service-endpoint.ts';

/** An endpoint, as a router sees it. Numbers are 0 until the service has reported them. */
export interface RoutedEndpoint {
  readonly name: string;
  readonly type: EndpointType;
  readonly isOnline: boolean;
  readonly clientCount: number;
  readonly serverCount: number;
  /** The maximum number of connections of the endpoint. */
  readonly capacity: number;
}

/**
 * Chooses the endpoints of clients and of messages. The default applies to each method that is
 * missing.
 * Source: `IEndpointRouter` of azure-signalr.
 */
export interface EndpointRouter {
  /** Returns the endpoint of a client that negotiates. Undefined refuses the client. */
  negotiate?(
    request: ConnectionRequest,
    endpoints: readonly RoutedEndpoint[],
  ): RoutedEndpoint | undefined;
  broadcast?(endpoints: readonly RoutedEndpoint[]): readonly RoutedEndpoint[];
  group?(group: string, endpoints: readonly RoutedEndpoint[]): readonly RoutedEndpoint[];
  user?(userId: string, endpoints: readonly RoutedEndpoint[]): readonly RoutedEndpoint[];
  connection?(
    connectionId: string,
    endpoints: readonly RoutedEndpoint[],
  ): readonly RoutedEndpoint[];
}

/**
 * Returns one of the online endpoints, preferably a primary one. The choice is random: weighted by
 * free capacity if all endpoints have reported theirs. `random` is at least 0 and less than 1.
 */
export function chooseEndpoint<TEndpoint extends RoutedEndpoint>(
  endpoints: readonly TEndpoint[],
  random = Math.random(),
): TEndpoint | undefined {
  const online = endpoints.filter(({ isOnline }) => isOnline);
  const primary = online.filter(({ type }) => type === 'primary');
  const candidates = primary.length > 0 ? primary : online;
  const isKnown = candidates.every(({ capacity }) => capacity > 0);
  const weights = candidates.map((endpoint) => (isKnown ? weight(endpoint) : 1));
  let remaining = random * weights.reduce((sum, one) => sum + one, 0);
  for (const [i, candidate] of candidates.entries()) {
    remaining -= weights[i] as number;
    if (remaining < 0) return candidate;
  }
  return candidates.at(-1);
}

const weight = ({ capacity, clientCount, serverCount }: RoutedEndpoint): number =>
  Math.max(1, Math.floor(((capacity - clientCount - serverCount) / capacity) * 1000));
