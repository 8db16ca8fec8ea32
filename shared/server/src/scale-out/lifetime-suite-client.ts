import { once, EventEmitter } from 'node:events';
import { type CompletionMessage, JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import type { LifetimeConnection } from './hub-lifetime-manager.ts';
import type { SharedMessage } from './shared-message.ts';

/** A call that a client of the suite has got. */
export interface ReceivedCall {
  readonly target: string;
  readonly arguments: readonly unknown[];
  readonly invocationId?: string;
}

let count = 0;

/** A connection that keeps what it gets. */
export class LifetimeSuiteClient implements LifetimeConnection {
  readonly connectionId: string;
  readonly userIdentifier: string | undefined;
  readonly protocol = new JsonHubProtocol();
  readonly #calls: ReceivedCall[] = [];
  readonly #events = new EventEmitter();

  constructor(userIdentifier?: string, connectionId = `client-${process.pid}-${++count}`) {
    this.connectionId = connectionId;
    this.userIdentifier = userIdentifier;
  }

  write(message: SharedMessage): undefined {
    const encoded = String(message.encoded(this.protocol)?.payload);
    this.#calls.push(JSON.parse(encoded.slice(0, -1)) as ReceivedCall);
    this.#events.emit('call');
  }

  /** The next call; waits for it. */
  async next(): Promise<ReceivedCall> {
    while (this.#calls.length === 0) await once(this.#events, 'call');
    return this.#calls.shift() as ReceivedCall;
  }

  /** The first arguments of all calls before that of `target`; waits for it. */
  async until(target: string): Promise<unknown[]> {
    const before: unknown[] = [];
    for (let call = await this.next(); call.target !== target; call = await this.next())
      before.push(call.arguments[0]);
    return before;
  }

  /** The answer to a question that this client was asked. */
  answer(question: ReceivedCall, result: unknown): CompletionMessage {
    return {
      type: MessageType.Completion,
      invocationId: String(question.invocationId),
      hasResult: true,
      result,
    };
  }

  refuse(question: ReceivedCall, error: string): CompletionMessage {
    return {
      type: MessageType.Completion,
      invocationId: String(question.invocationId),
      hasResult: false,
      error,
    };
  }
}
