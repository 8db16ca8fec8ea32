import type { HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { PresenceChanges } from '../presence/presence-changes.ts';
import type { Presence } from '../presence/presence.ts';
import { RedisLifetimeManager } from '../redis-lifetime-manager.ts';
import { type RedisOptions, resolveRedisOptions } from '../redis-options.ts';
import { LoggedHub } from './logged-hub.ts';
import { RecordingRedis } from './recording-redis.ts';

/** A presence that records its calls. */
export class FakePresence {
  readonly calls: string[] = [];
  readonly changes = new PresenceChanges();
  problem: string | undefined;

  changesOf(): PresenceChanges {
    return this.changes;
  }
  release(): void {
    this.calls.push('release');
  }
  tracked: object | undefined;
  track(tracked: object): unknown {
    this.tracked = tracked;
    const record =
      (method: string) =>
      async (...args: unknown[]): Promise<void> =>
        void this.calls.push([method, ...args].join(' '));
    const tracker = Object.fromEntries(
      ['addConnection', 'removeConnection', 'addToGroup', 'removeFromGroup', 'close'].map(
        (method) => [method, record(method)],
      ),
    );
    return Object.defineProperty(tracker, 'problem', { get: () => this.problem });
  }
}

/** A lifetime manager over a Redis in this process. */
export interface StartedManager {
  readonly server: RecordingRedis;
  readonly manager: HubLifetimeManager;
  readonly log: LoggedHub;
}

/** Starts a lifetime manager, and waits until it is connected. The test closes it. */
export async function startManager(
  options: Partial<RedisOptions> = {},
  presence?: FakePresence,
  server = new RecordingRedis(),
): Promise<StartedManager> {
  const log = new LoggedHub();
  const resolved = resolveRedisOptions({ client: server.client, serverName: 'server', ...options });
  const manager = new RedisLifetimeManager(
    { ...resolved, presence: presence as Presence | undefined },
    log.hub,
  );
  await log.logged(/over Redis/);
  return { server, manager, log };
}
