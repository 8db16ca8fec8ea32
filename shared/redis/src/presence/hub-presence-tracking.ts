import type { Logger } from '@practical-signalr/server/scale-out';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { BusPresenceLink } from './bus-presence-link.ts';
import type { Presence } from './presence.ts';
import type { PresenceTracker } from './presence-tracker.ts';

/** The names of a hub on one server. */
export interface TrackedHub {
  readonly hubName: string;
  readonly serverName: string;
  readonly logger: Logger;
  /** The channel of the changes of presence. */
  readonly channel: string;
}

/** The presence of one hub on one server: its tracker, and its changes over the backplane. */
export class HubPresenceTracking {
  readonly tracker: PresenceTracker;
  readonly #presence: Presence;
  readonly #stopReceiving: () => void;
  readonly #reset: () => void;

  constructor(presence: Presence, bus: RedisBus, hub: TrackedHub) {
    const changes = presence.changesOf(hub.hubName);
    const link = new BusPresenceLink(bus, hub.channel, changes);
    this.#presence = presence;
    this.tracker = presence.track({ ...hub, link });
    this.#stopReceiving = changes.attach(link);
    this.#reset = () => changes.reset(link);
  }

  /** Reports that changes may have been missed, because Redis was unavailable. */
  reset(): void {
    this.#reset();
  }

  async close(): Promise<void> {
    this.#stopReceiving();
    await this.tracker.close();
    this.#presence.release();
  }
}
