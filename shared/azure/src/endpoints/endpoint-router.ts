import type { ConnectionRequest } from '@practical-signalr/server/scale-out';
import type { EndpointType } from './service-endpoint.ts';

/** What a router sees of an endpoint. Zero where the service has not told a number yet. */
export interface RoutedEndpoint {
  readonly name: string;
  readonly type: EndpointType;
  readonly isOnline: boolean;
  readonly clientCount: number;
  readonly serverCount: number;
  /** Connections that the endpoint may have. */
  readonly capacity: number;
}

/** Chooses among endpoints; what is left out goes the default way. Source: `IEndpointRouter` of azure-signalr. */
export interface EndpointRouter {
  /** Where a client is sent to. Undefined: it is refused. */
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
 * One of the online endpoints: a primary one where there is any. By free capacity where all have told theirs, else by chance.
 * `random` is in 0..1.
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
  let left = random * weights.reduce((sum, one) => sum + one, 0);
  return candidates.find((_, i) => (left -= weights[i] as number) < 0) ?? candidates.at(-1);
}

const weight = ({ capacity, clientCount, serverCount }: RoutedEndpoint): number =>
  Math.max(1, Math.floor(((capacity - clientCount - serverCount) / capacity) * 1000));
