import type { Instance } from '@practical-signalr/lesson-kit/instances';

export type BalancerMode = 'sticky' | 'round-robin';

/** Clients that are remembered; the oldest go first. */
const KEPT = 1000;

/**
 * Chooses the instance for a request. Clients are told apart by `?client=…`: a balancer in the field takes a cookie, but a cookie
 * is the browser's, and here each tab is a client. Where an instance is gone, its clients go to one that is there.
 */
export class BalancerRule {
  mode: BalancerMode = 'sticky';
  readonly #clients = new Map<string, { first: number; requests: number }>();
  #turn = 0;
  #newcomers = 0;

  choose(url: string, instances: readonly Instance[]): Instance {
    if (instances.length === 0) throw new Error('No server is running.');
    const query = new URL(url, 'http://localhost').searchParams;
    const name = query.get('client');
    const turns = Math.min(2, instances.length); // a C# server takes no turns
    if (name === null) return instances[this.#turn++ % turns]!;
    const client = this.#clients.get(name) ?? this.move(name, this.#newcomers++ % 2);
    const first = instances[client.first] ? client.first : 0;
    if ((query.get('balancer') ?? this.mode) === 'sticky') return instances[first]!;
    return instances[(first + client.requests++) % turns]!;
  }

  /** Gives a client another instance, from its next request on. */
  move(name: string, to: number): { first: number; requests: number } {
    const client = { first: to, requests: 0 };
    this.#clients.set(name, client);
    if (this.#clients.size > KEPT) this.#clients.delete(this.#clients.keys().next().value!);
    return client;
  }
}
