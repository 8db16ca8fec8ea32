import { errors } from '../errors.ts';
import { readTarget } from '../wire/observe/read-target.ts';
import type { Instance } from './instance.ts';

/** Whether all requests of a connection go to the same instance, or each to the next one. */
export type BalancerRule = 'sticky' | 'round-robin';

/** The maximum number of connections that are remembered. Above it, the oldest one is forgotten. */
const MAX_CONNECTIONS = 1000;

/** The name of the C# server. It takes no turns, because it issues no tokens. */
export const DOTNET = 'C# server';

/**
 * Chooses the instance for each request. A negotiated connection is recognized by its connection
 * token, the query parameter `id`. In production, a balancer uses a cookie instead; here each tab
 * is a client of its own, and tabs share their cookies.
 *
 * A request without `id` goes to the instance with the fewest WebSockets, or in turn if there are
 * several. Two query parameters are for experiments: `instance` names the instance that negotiates,
 * and `balancer` replaces the rule for one connection.
 */
export class InstanceChoice {
  rule: BalancerRule;
  readonly #openWebSockets: (instance: Instance) => number;
  /**
   * The instance that negotiated each connection, and the number of requests since, by connection
   * token.
   */
  readonly #connections = new Map<string, { readonly name: string; requests: number }>();
  /** The number of requests without a connection, by the first segment of their path. */
  readonly #turns = new Map<string, number>();

  /** @param openWebSockets returns the number of WebSockets that are open to an instance. */
  constructor(rule: BalancerRule, openWebSockets: (instance: Instance) => number) {
    this.rule = rule;
    this.#openWebSockets = openWebSockets;
  }

  /** @throws Error if there is no instance. */
  choose(url: string, instances: readonly Instance[]): Instance {
    const [first] = instances;
    if (first === undefined) throw errors.noInstance();
    const { path, query } = readTarget(url);
    const ours = instances.filter(({ name }) => name !== DOTNET);
    const candidates = ours.length > 0 ? ours : [first];
    const connection = this.#connections.get(query.get('id') ?? '');
    const named = query.get('instance');
    if (connection !== undefined) {
      connection.requests += 1;
      if ((query.get('balancer') ?? this.rule) === 'sticky') {
        return instances.find(({ name }) => name === connection.name) ?? candidates[0]!;
      }
      const own = candidates.findIndex(({ name }) => name === connection.name);
      return candidates[(Math.max(0, own) + connection.requests) % candidates.length]!;
    }
    return instances.find(({ name }) => name === named) ?? this.#next(path, candidates);
  }

  /** Remembers which instance negotiated a connection. */
  remember(connectionToken: string, name: string): void {
    this.#connections.set(connectionToken, { name, requests: 0 });
    if (this.#connections.size <= MAX_CONNECTIONS) return;
    const [oldest] = this.#connections.keys();
    this.#connections.delete(oldest!);
  }

  #next(pathname: string, candidates: readonly Instance[]): Instance {
    const fewest = Math.min(...candidates.map(this.#openWebSockets));
    const isFree = (instance: Instance): boolean => this.#openWebSockets(instance) === fewest;
    const segment = pathname.split('/', 2)[1] ?? '';
    const turn = this.#turns.get(segment) ?? 0;
    this.#turns.set(segment, turn + 1);
    const inTurn = candidates.map((_instance, index) => {
      return candidates[(turn + index) % candidates.length]!;
    });
    return inTurn.find(isFree) ?? candidates[0]!;
  }
}
