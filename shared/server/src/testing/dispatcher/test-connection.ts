import {
  type HubMessage,
  type HubProtocol,
  JsonHubProtocol,
  MessageType,
} from '@practical-signalr/protocol';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { CallingConnection, Invocation } from '../../hubs/calling-connection.ts';
import { ClientResultTypes } from '../../hubs/client-results.ts';
import { ReadGate } from '../../hubs/reading/read-gate.ts';
import { ClientStreams } from '../../hubs/streams/client-streams.ts';

/** A connection that keeps what it sends. */
export class TestConnection {
  readonly connectionId = 'c';
  readonly callerContext = {
    connectionId: 'c',
    user: { sub: 'ada' },
    request: { query: new URLSearchParams('access_token=hunter2'), headers: {} },
  };
  readonly clientResults = new ClientResultTypes(undefined);
  readonly lifetime = {} as HubLifetimeManager;
  readonly streams = new ClientStreams(
    { streamBufferCapacity: 10, maximumReceiveMessageSize: 32_768 },
    new ReadGate({ pause: () => undefined, resume: () => undefined }, () => undefined),
  );
  readonly protocol: HubProtocol | undefined;
  readonly sent: HubMessage[] = [];
  isClosing = false;
  isAborted = false;
  invalidMessage: Error | undefined;
  /** Whether the serializer fails. */
  isUnwritable = false;

  private constructor(protocol: HubProtocol | undefined) {
    this.protocol = protocol;
  }

  static open(
    protocol: HubProtocol | undefined = new JsonHubProtocol(),
  ): TestConnection & CallingConnection {
    return new TestConnection(protocol) as unknown as TestConnection & CallingConnection;
  }

  send(message: HubMessage): void {
    if (this.isUnwritable) JSON.stringify(1n); // throws, as a payload serializer may
    this.sent.push(message);
  }
  abort(): void {
    this.isAborted = true;
  }
  closeAfterInvalidMessage(error: Error): void {
    this.invalidMessage = error;
  }
  whenRoom(): undefined {
    return undefined;
  }
  streamItemWriter(invocationId: string): (item: unknown) => void {
    return (item) => this.send({ type: MessageType.StreamItem, invocationId, item });
  }
  letNextCallRun(): void {}
}

/** Returns a call with the invocation id `1`. */
export const call = (target: string, more: object = {}): Invocation =>
  ({
    type: MessageType.Invocation,
    invocationId: '1',
    target,
    arguments: [],
    ...more,
  }) as Invocation;

/** Returns a call of a stream with the invocation id `1`. */
export const streamCall = (target: string, more: object = {}): Invocation =>
  call(target, { type: MessageType.StreamInvocation, ...more });

/** Returns the completion of a failed call. */
export const failure = (error: string) => ({
  type: 3,
  invocationId: '1',
  hasResult: false,
  error,
});

/** Returns the completion of a call with a result. */
export const success = (result: unknown) => ({
  type: 3,
  invocationId: '1',
  hasResult: true,
  result,
});
