import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import type { PresenceChanges, PresenceLink } from './presence-changes.ts';

/** Carries the changes of presence over the backplane of a hub. */
export class BusPresenceLink implements PresenceLink {
  readonly #bus: RedisBus;
  readonly #channel: string;
  readonly #changes: PresenceChanges;

  constructor(bus: RedisBus, channel: string, changes: PresenceChanges) {
    this.#bus = bus;
    this.#channel = channel;
    this.#changes = changes;
  }

  publish(payload: Uint8Array): Promise<unknown> {
    return this.#bus.request(this.#channel, payload);
  }

  subscribe(): Promise<void> {
    return this.#bus.subscribe(this.#channel, (payload) => {
      if (!this.#changes.receive(payload)) throw new ForeignMessageError();
      return undefined;
    });
  }

  unsubscribe(): Promise<void> {
    return this.#bus.unsubscribe([this.#channel]);
  }
}
