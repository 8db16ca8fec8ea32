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
  readonly #clients = new Map<string, { to: string; requests: number }>();
  #turn = 0;
  #newcomers = 0;

  choose(url: string, instances: readonly Instance[]): Instance {
    if (instances.length === 0) throw new Error('No server is running.');
    const query = new URL(url, 'http://localhost').searchParams;
    const name = query.get('client');
    const ours = instances.filter((one) => one.name !== 'C# server'); // it takes no turns, and hands out no tokens
    const turns = ours.length > 0 ? ours : instances;
    if (name === null) return turns[this.#turn++ % turns.length]!;
    const client =
      this.#clients.get(name) ?? this.move(name, `instance ${1 + (this.#newcomers++ % 2)}`);
    const own = instances.find((one) => one.name === client.to) ?? turns[0]!;
    if ((query.get('balancer') ?? this.mode) === 'sticky') return own;
    return turns[(Math.max(0, turns.indexOf(own)) + client.requests++) % turns.length]!;
  }

  /** Gives a client another instance, from its next request on. */
  move(name: string, to: string): { to: string; requests: number } {
    const client = { to, requests: 0 };
    this.#clients.set(name, client);
    if (this.#clients.size > KEPT) this.#clients.delete(this.#clients.keys().next().value!);
    return client;
  }
}
