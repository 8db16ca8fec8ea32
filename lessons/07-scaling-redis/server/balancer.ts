import type { Instance } from '@practical-signalr/lesson-kit/instances';

export type BalancerMode = 'sticky' | 'round-robin';

/** Clients that are remembered; the oldest go first. */
const KEPT = 1000;

/**
 * Chooses the instance for a request. Clients are told apart by `?client=…`: a balancer in the field takes a cookie, but a cookie
 * is the browser's, and here each tab is a client.
 */
export class BalancerRule {
  mode: BalancerMode = 'sticky';
  readonly #clients = new Map<string, { first: number; requests: number }>();

  choose(url: string, instances: readonly Instance[]): Instance {
    const query = new URL(url, 'http://localhost').searchParams;
    const client = this.#client(query.get('client') ?? '');
    const mode = query.get('balancer') ?? this.mode;
    if (mode === 'sticky') return instances[client.first]!;
    return instances[(client.first + client.requests++) % 2]!; // a C# server takes no turns
  }

  /** Gives a client another instance, from its next request on. */
  move(client: string, to: number): void {
    Object.assign(this.#client(client), { first: to, requests: 0 });
  }

  #client(name: string): { first: number; requests: number } {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { first: this.#clients.size % 2, requests: 0 };
      this.#clients.set(name, client);
      if (this.#clients.size > KEPT) for (const [oldest] of this.#clients) return (this.#clients.delete(oldest), client);
    }
    return client;
  }
}
