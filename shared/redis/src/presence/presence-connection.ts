import { causes } from '../causes.ts';
import { errors } from '../errors.ts';
import { explainRedisError, isRefusal } from '../pub-sub/explain-redis-error.ts';
import { SilenceTimer } from '../pub-sub/silence-timer.ts';
import type { PresenceClient, PresenceCommand } from './presence-client.ts';

/** The time between two checks for a client that does not become ready, in ms. */
const CHECK_INTERVAL = 1000;

/** The events of a connection for presence. */
export interface PresenceConnectionEvents {
  /** Called when commands can be sent, and again after each outage. */
  onReady(): void;
  /** Called when presence stops or starts working. `problem` contains no secrets. */
  onProblemChanged(problem: string | undefined): void;
}

/**
 * The connection of presence to Redis. It replaces a client to which Redis does not reply for
 * `timeout` ms: such a connection does not close by itself, and its commands would wait for
 * minutes.
 */
export class PresenceConnection {
  readonly #createClient: () => PresenceClient;
  readonly #timeout: number;
  readonly #users = new Set<PresenceConnectionEvents>();
  /** Why Redis refuses a command, by command. */
  readonly #refusals = new Map<PresenceCommand, string>();
  readonly #timer: NodeJS.Timeout;
  #client: PresenceClient;
  #createdAt = 0;
  #outage: string | undefined;
  #reported: string | undefined;
  #pending = 0;
  #silence: SilenceTimer | undefined;
  #isClosed = false;

  constructor(createClient: () => PresenceClient, timeout: number) {
    this.#createClient = createClient;
    this.#timeout = timeout;
    this.#client = this.#connect();
    this.#timer = setInterval(() => this.#check(), Math.min(CHECK_INTERVAL, timeout));
    this.#timer.unref();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** Why presence does not work, as text without secrets. */
  get problem(): string | undefined {
    return this.#outage ?? [...this.#refusals.values()][0];
  }

  /** Adds a user. Returns a function that removes it. */
  use(events: PresenceConnectionEvents): () => void {
    this.#users.add(events);
    if (this.problem !== undefined) events.onProblemChanged(this.problem);
    return () => this.#users.delete(events);
  }

  /**
   * Runs a command. Rejects with `ERR_SIGNALR_REDIS_UNAVAILABLE` if Redis does not reply or
   * refuses.
   */
  async run<TName extends PresenceCommand>(
    name: TName,
    ...args: Parameters<PresenceClient[TName]>
  ): Promise<Awaited<ReturnType<PresenceClient[TName]>>> {
    const client = this.#client;
    if (!client.isReady) throw errors.unavailable(this.#outage ?? causes.unavailable);
    const command = client[name] as (...values: typeof args) => ReturnType<PresenceClient[TName]>;
    this.#pending++;
    this.#silence ??= new SilenceTimer(this.#timeout, () => this.#replace(this.#silentCause));
    try {
      const reply = await command.apply(client, args);
      if (client === this.#client) {
        this.#silence?.recordSignOfLife();
        // Clients of a cluster emit errors of single nodes, and no event when they are over.
        this.#outage = undefined;
      }
      this.#refusals.delete(name);
      return reply;
    } catch (cause) {
      if (isRefusal(cause)) this.#refusals.set(name, explainPresenceRefusal(cause as Error));
      throw errors.unavailable(this.problem ?? causes.unavailable, { cause });
    } finally {
      this.#pending--;
      if (this.#pending === 0) this.#stopSilence();
      this.#report();
    }
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#stopSilence();
    destroy(this.#client);
  }

  get #silentCause(): string {
    return causes.silent(this.#timeout);
  }

  #connect(): PresenceClient {
    const client = this.#createClient();
    this.#createdAt = performance.now();
    client.on('error', (error) => {
      if (client !== this.#client || this.#isClosed) return;
      this.#outage = explainRedisError(error, true);
      this.#report();
    });
    const onReady = (): void => {
      if (client !== this.#client || this.#isClosed) return;
      this.#outage = undefined;
      this.#report();
      for (const user of this.#users) user.onReady();
    };
    client.on('ready', onReady);
    client.connect().then(
      () => {
        // A client that was destroyed while its socket was opening connects nevertheless.
        if (client === this.#client && !this.#isClosed) onReady();
        else destroy(client);
      },
      // The client also emits the error, and `#check` replaces a client that has stopped.
      () => undefined,
    );
    return client;
  }

  /**
   * Replaces a client that is not ready in time, for example because the handshake got no reply.
   */
  #check(): void {
    const age = performance.now() - this.#createdAt;
    if (this.#client.isReady) this.#createdAt = performance.now();
    else if (age > this.#timeout) this.#replace(this.#outage ?? causes.timedOut);
  }

  #replace(outage: string): void {
    if (this.#isClosed) return;
    this.#stopSilence();
    this.#outage = outage;
    const silent = this.#client;
    this.#client = this.#connect();
    destroy(silent);
    this.#report();
  }

  #stopSilence(): void {
    this.#silence?.stop();
    this.#silence = undefined;
  }

  #report(): void {
    const { problem } = this;
    if (problem === this.#reported || this.#isClosed) return;
    this.#reported = problem;
    for (const user of this.#users) user.onProblemChanged(problem);
  }
}

/** Returns why Redis refuses a command of presence, as text without secrets. */
export const explainPresenceRefusal = (error: Error): string =>
  error.message.startsWith('NOPERM')
    ? causes.noPresencePermission(/'([^'|]+)/.exec(error.message)?.[1]?.toUpperCase())
    : explainRedisError(error, true);

/** Destroys a client, which rejects its commands. */
function destroy(client: PresenceClient): void {
  try {
    void Promise.resolve(client.destroy()).catch(() => undefined);
  } catch {
    // The client was never open.
  }
}
