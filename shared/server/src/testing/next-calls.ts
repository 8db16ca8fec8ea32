import { type HubConnection, HubConnectionState } from '@microsoft/signalr';
import { errors } from '../errors.ts';

interface WaitingCall {
  readonly name: string;
  resolve(args: unknown[]): void;
  reject(error: Error): void;
}

/** The calls of client methods for which a test waits. */
export class NextCalls {
  readonly #connection: HubConnection;
  /** The calls in the order in which the test waits for them, by method name in lower case. */
  readonly #waiting = new Map<string, WaitingCall[]>();

  constructor(connection: HubConnection) {
    this.#connection = connection;
    connection.onclose((error) => this.#rejectAll(error));
  }

  /** Resolves with the arguments of the next call for which no earlier promise waits. */
  next(name: string): Promise<unknown[]> {
    const call = new Promise<unknown[]>((resolve, reject) => {
      if (this.#connection.state === HubConnectionState.Disconnected)
        reject(errors.testConnectionClosed(name));
      else this.#waitFor({ name, resolve, reject });
    });
    call.catch(() => undefined); // a test need not wait for it
    return call;
  }

  #waitFor(call: WaitingCall): void {
    const { name } = call;
    const key = name.toLowerCase();
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.push(call);
      return;
    }
    const calls = [call];
    this.#waiting.set(key, calls);
    const handler = (...args: unknown[]): void => {
      calls.shift()?.resolve(args);
      if (calls.length > 0) return;
      this.#waiting.delete(key);
      this.#connection.off(name, handler);
    };
    this.#connection.on(name, handler);
  }

  #rejectAll(error: Error | undefined): void {
    for (const calls of this.#waiting.values())
      for (const call of calls) call.reject(error ?? errors.testConnectionClosed(call.name));
    this.#waiting.clear();
  }
}
