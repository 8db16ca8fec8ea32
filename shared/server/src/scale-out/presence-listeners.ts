import type { PresenceChange, PresenceListener } from './hub-presence.ts';

/** The listeners of presence of one hub. Their errors do not affect each other or the hub. */
export class PresenceListeners {
  readonly #listeners = new Map<object, PresenceListener>();

  /** Called with the errors of listeners. */
  onError: (error: unknown) => void = () => undefined;

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener. Returns a function that removes it. */
  add(listener: PresenceListener): () => void {
    const key = {};
    this.#listeners.set(key, listener);
    return () => {
      this.#listeners.delete(key);
    };
  }

  emit(change: PresenceChange): void {
    for (const listener of this.#listeners.values()) void this.#call(listener, change);
  }

  async #call(listener: PresenceListener, change: PresenceChange): Promise<void> {
    try {
      // The listener may be an async function. Its promise must not reject unhandled.
      await (listener(change) as unknown);
    } catch (error) {
      this.onError(error);
    }
  }
}
