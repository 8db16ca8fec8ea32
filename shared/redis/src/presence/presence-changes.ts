import {
  type PresenceChange,
  type PresenceListener,
  PresenceListeners,
} from '@practical-signalr/server/scale-out';

/** The maximum number of changes in one message. */
const CHUNK_SIZE = 500;

/** Carries the changes of presence between the servers of a hub. */
export interface PresenceLink {
  /** Publishes a message to all servers. Rejects if the other servers cannot be reached. */
  publish(payload: Uint8Array): Promise<unknown>;
  /** Calls {@link PresenceChanges.receive} for each message, until `unsubscribe` is called. */
  subscribe(): Promise<void>;
  unsubscribe(): Promise<void>;
}

/**
 * The changes of presence of one hub. A server subscribes to them only while there is a listener.
 */
export class PresenceChanges {
  readonly #listeners = new PresenceListeners();
  /** The links of the servers of this process. The first one receives. */
  readonly #links = new Set<PresenceLink>();
  #receiving: PresenceLink | undefined;

  /** Called with the errors of listeners. */
  set onListenerError(report: (error: unknown) => void) {
    this.#listeners.onError = report;
  }

  onChange(listener: PresenceListener): () => void {
    const remove = this.#listeners.add(listener);
    this.#update();
    return () => {
      remove();
      this.#update();
    };
  }

  /** Adds the link of a server. Returns a function that removes it. */
  attach(link: PresenceLink): () => void {
    this.#links.add(link);
    this.#update();
    return () => {
      this.#links.delete(link);
      this.#update();
    };
  }

  /**
   * Publishes changes over a link. While it is interrupted, only the listeners of this process
   * receive them.
   */
  async publish(link: PresenceLink, changes: readonly PresenceChange[]): Promise<void> {
    for (let i = 0; i < changes.length; i += CHUNK_SIZE) {
      const chunk = changes.slice(i, i + CHUNK_SIZE);
      try {
        await link.publish(Buffer.from(JSON.stringify(chunk)));
      } catch {
        if (link === this.#receiving) for (const change of chunk) this.#listeners.emit(change);
      }
    }
  }

  /** Handles a message of any server. Returns false if presence did not write it. */
  receive(payload: Uint8Array): boolean {
    const changes = readChanges(payload);
    for (const change of changes ?? []) this.#listeners.emit(change);
    return changes !== undefined;
  }

  /** Reports that the link was interrupted, so that changes of other servers may be missing. */
  reset(link: PresenceLink): void {
    if (link === this.#receiving) this.#listeners.emit({ type: 'reset' });
  }

  #update(): void {
    const [first] = this.#listeners.size > 0 ? this.#links : [];
    if (first === this.#receiving) return;
    // If Redis refuses to subscribe, the log of the hub says so.
    void this.#receiving?.unsubscribe().catch(() => undefined);
    this.#receiving = first;
    void first?.subscribe().catch(() => undefined);
  }
}

function readChanges(payload: Uint8Array): readonly PresenceChange[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return Array.isArray(value) && value.every(isChange) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isChange(value: unknown): value is PresenceChange {
  const { type, group, connection } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof connection !== 'object' || connection === null) return false;
  const { connectionId, serverName } = connection as Partial<Record<string, unknown>>;
  if (typeof connectionId !== 'string' || typeof serverName !== 'string') return false;
  if (type === 'joined' || type === 'left') return typeof group === 'string';
  return type === 'connected' || type === 'disconnected';
}
