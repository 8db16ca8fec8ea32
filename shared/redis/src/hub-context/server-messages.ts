import { checkName } from '@practical-signalr/server/hub-context';
import type { Logger } from '@practical-signalr/server/scale-out';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';

/** Called with the data of a message. */
export type ServerMessageListener = (data: unknown) => void;

/**
 * Messages between the processes that have a hub context of one hub. They reach no clients, and no
 * ASP.NET Core servers.
 */
export interface ServerMessages {
  /**
   * Sends a message to the listeners in all other processes. `data` is sent as JSON. Resolves when
   * Redis has accepted the message. Rejects with `ERR_SIGNALR_REDIS_MESSAGE_NOT_JSON` if JSON
   * cannot contain `data`, and with `ERR_SIGNALR_REDIS_UNAVAILABLE` or `…_REFUSED`.
   */
  send(name: string, data?: unknown): Promise<void>;
  /**
   * Calls a listener for each message of that name from another process. Resolves when Redis has
   * confirmed the subscription. Returns a function that removes the listener.
   */
  on(name: string, listener: ServerMessageListener): Promise<() => Promise<void>>;
}

/** Sends and receives messages over the backplane of a hub. */
export class BusServerMessages implements ServerMessages {
  readonly #bus: RedisBus;
  readonly #channel: string;
  readonly #sender: string;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Map<object, ServerMessageListener>>();

  /** `sender` is the name of this process. It does not receive its own messages. */
  constructor(bus: RedisBus, channel: string, sender: string, logger: Logger) {
    this.#bus = bus;
    this.#channel = channel;
    this.#sender = sender;
    this.#logger = logger;
  }

  async send(name: string, data?: unknown): Promise<void> {
    checkName('message', name);
    await this.#bus.request(this.#channel, this.#write(name, data));
  }

  async on(name: string, listener: ServerMessageListener): Promise<() => Promise<void>> {
    checkName('message', name);
    if (typeof listener !== 'function') throw errors.notAFunction('listener');
    const key = {};
    const listeners = this.#listeners.get(name) ?? new Map<object, ServerMessageListener>();
    this.#listeners.set(name, listeners);
    listeners.set(key, listener);
    const remove = async (): Promise<void> => {
      if (!listeners.delete(key) || listeners.size > 0) return;
      this.#listeners.delete(name);
      if (this.#listeners.size === 0) await this.#bus.unsubscribe([this.#channel]);
    };
    try {
      await this.#bus.subscribe(this.#channel, (payload) => this.#receive(payload));
    } catch (error) {
      await remove();
      throw error;
    }
    return remove;
  }

  #write(name: string, data: unknown): Uint8Array {
    try {
      return Buffer.from(JSON.stringify([this.#sender, name, data]));
    } catch (cause) {
      throw errors.messageNotJson(name, (cause as Error).message, cause as Error);
    }
  }

  #receive(payload: Uint8Array): undefined {
    const [sender, name, data] = readMessage(payload);
    if (sender === this.#sender) return;
    for (const listener of this.#listeners.get(name)?.values() ?? [])
      void this.#call(name, listener, data);
  }

  async #call(name: string, listener: ServerMessageListener, data: unknown): Promise<void> {
    try {
      // The listener may be an async function. Its promise must not reject unhandled.
      await (listener(data) as unknown);
    } catch (error) {
      this.#logger.error(logMessages.serverMessageFailed(name), error);
    }
  }
}

function readMessage(payload: Uint8Array): [sender: string, name: string, data: unknown] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new ForeignMessageError();
  }
  if (!Array.isArray(value)) throw new ForeignMessageError();
  const [sender, name, data] = value as unknown[];
  if (typeof sender !== 'string' || typeof name !== 'string') throw new ForeignMessageError();
  return [sender, name, data];
}
