import { once, EventEmitter } from 'node:events';
import { type CompletionMessage, JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import type { LifetimeConnection } from '../scale-out/lifetime-connection.ts';
import type { SharedMessage } from '../scale-out/shared-message.ts';

/** An invocation that a {@link LifetimeSuiteClient} has received. */
export interface ReceivedCall {
  readonly target: string;
  readonly arguments: readonly unknown[];
  readonly invocationId?: string;
}

let clientCount = 0;

function newConnectionId(): string {
  clientCount++;
  return `client-${process.pid}-${clientCount}`;
}

/** A connection that stores the invocations that it receives. */
export class LifetimeSuiteClient implements LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly protocol = new JsonHubProtocol();
  isClosing = false;
  readonly #calls: ReceivedCall[] = [];
  readonly #events = new EventEmitter();

  constructor(userIdentifier?: string, connectionId = newConnectionId()) {
    this.connectionId = connectionId;
    this.userIdentifier = userIdentifier;
  }

  write(message: SharedMessage): undefined {
    const encoded = String(message.encoded(this.protocol)?.payload);
    this.#calls.push(JSON.parse(encoded.slice(0, -1)) as ReceivedCall);
    this.#events.emit('call');
  }

  /** Waits for the next invocation. */
  async next(): Promise<ReceivedCall> {
    while (this.#calls.length === 0) await once(this.#events, 'call');
    return this.#calls.shift() as ReceivedCall;
  }

  /** Waits for an invocation of `target` and returns the first argument of each one before it. */
  async until(target: string): Promise<unknown[]> {
    const before: unknown[] = [];
    for (let call = await this.next(); call.target !== target; call = await this.next())
      before.push(call.arguments[0]);
    return before;
  }

  /** Returns the completion with the result of an invocation. */
  createResult(invocation: ReceivedCall, result: unknown): CompletionMessage {
    return {
      type: MessageType.Completion,
      invocationId: String(invocation.invocationId),
      hasResult: true,
      result,
    };
  }

  /** Returns the completion with an error of an invocation. */
  createError(invocation: ReceivedCall, error: string): CompletionMessage {
    return {
      type: MessageType.Completion,
      invocationId: String(invocation.invocationId),
      hasResult: false,
      error,
    };
  }
}
