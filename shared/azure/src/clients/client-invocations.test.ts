import { JsonHubProtocol, MessageType } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { type ServiceMessage, ServiceMessageType as Type } from '../service-protocol/index.ts';
import { ClientInvocations } from './client-invocations.ts';

const protocol = new JsonHubProtocol();
const sent: ServiceMessage[] = [];
const connection = {
  send: (message: ServiceMessage) => sent.push(message),
} as unknown as ServiceConnection;
const ids = { invocationId: 'q', connectionId: 'a', callerServerId: 'other' };
const completion = {
  type: MessageType.Completion,
  invocationId: 'q',
  hasResult: true,
  result: 'Ada',
} as const;

/** A connection to an endpoint. */
const connectionTo = (endpointName: string): ServiceConnection =>
  ({ endpointName, send: () => undefined }) as unknown as ServiceConnection;

function withQuestion(): ClientInvocations {
  sent.length = 0;
  const invocations = new ClientInvocations('this', [protocol]);
  invocations.receive(connection, { type: Type.ClientInvocation, ...ids, payloads: new Map() });
  return invocations;
}

test('the result for another server returns on the same connection, unchanged', () => {
  const invocations = withQuestion();
  expect(() => invocations.setResult('b', completion, connection, protocol)).toThrow(
    'another client',
  );
  invocations.setResult('a', completion, undefined, protocol);
  invocations.setResult('a', completion, undefined, protocol); // again
  const payload = protocol.writeMessage(completion);
  expect(sent).toEqual([
    { type: Type.ClientCompletion, ...ids, protocol: 'json', payload, ext: { protocol: 'json' } },
  ]);
});

test.each([
  ['its client is gone', (invocations: ClientInvocations) => invocations.connectionLost('a')],
  [
    'its server connection is lost',
    (invocations: ClientInvocations) => invocations.serverConnectionLost(connection),
  ],
  [
    'the service gives it up',
    (invocations: ClientInvocations) =>
      invocations.receive(connection, { type: Type.ErrorCompletion, ...ids, error: 'late' }),
  ],
])('the invocation of another server is removed when %s', (_when, end) => {
  const invocations = withQuestion();
  end(invocations);
  invocations.setResult('a', completion, connection, protocol);
  expect(sent).toEqual([]);
});

const nilIds = { invocationId: null, connectionId: null, callerServerId: null };

test('an invocation whose ids are nil is answered with empty ids', () => {
  sent.length = 0;
  const invocations = new ClientInvocations('this', [protocol]);
  invocations.receive(connection, { type: Type.ClientInvocation, ...nilIds, payloads: new Map() });
  invocations.setResult('', { ...completion, invocationId: '' }, connection, undefined);
  expect(sent).toEqual([
    {
      type: Type.ClientCompletion,
      invocationId: '',
      connectionId: '',
      callerServerId: '',
      protocol: null,
      payload: '',
    },
  ]);
});

test('an error whose id is nil removes the invocation without an id only', () => {
  const invocations = withQuestion();
  invocations.receive(connection, { type: Type.ClientInvocation, ...nilIds, payloads: new Map() });
  invocations.receive(connection, { type: Type.ErrorCompletion, ...nilIds, error: null });
  invocations.setResult('', { ...completion, invocationId: '' }, connection, protocol);
  expect(sent).toEqual([]);
  invocations.setResult('a', completion, connection, protocol);
  expect(sent).toMatchObject([{ invocationId: 'q' }]);
});

test('beyond the maximum of invocations by other servers, the oldest one is removed', () => {
  const invocations = withQuestion();
  for (let i = 0; i < 200_000; i++)
    invocations.receive(connection, {
      type: Type.ClientInvocation,
      ...ids,
      invocationId: String(i),
      payloads: new Map(),
    });
  invocations.setResult('a', completion, connection, protocol);
  expect(sent).toEqual([]);
});

test('an invocation that is already canceled is not sent', async () => {
  const invocations = new ClientInvocations('this', [protocol]);
  const result = invocations.invoke('a', AbortSignal.abort(), () => {
    throw new Error('It must not be sent.');
  });
  await expect(result).rejects.not.toThrow('It must not be sent.');
});

test.each([
  ['a message of another type', '{"type":6}\u001e'],
  ['the completion of another invocation', '{"type":3,"invocationId":"other","result":1}\u001e'],
])('%s is not the result of an invocation', async (_what, payload) => {
  const invocations = new ClientInvocations('this', [protocol]);
  let invocationId = '';
  const result = invocations.invoke('a', undefined, (id) => {
    invocationId = id;
    return [connection];
  });
  const receive = (bytes: string): void =>
    invocations.receive(connection, {
      type: Type.ClientCompletion,
      invocationId,
      connectionId: 'a',
      callerServerId: 'this',
      protocol: 'JSON',
      payload: Buffer.from(bytes),
    });
  receive(payload);
  receive(`{"type":3,"invocationId":"${invocationId}","result":2}\u001e`);
  expect(await result).toBe(2);
});

/** Invokes a client that may be at either of two endpoints. */
function invokeAtTwo() {
  const invocations = new ClientInvocations('this', [protocol]);
  const [east, west] = [connectionTo('east'), connectionTo('west')];
  let invocationId = '';
  const result = invocations.invoke('a', undefined, (id) => {
    invocationId = id;
    return [east, west];
  });
  const refuse = (from: ServiceConnection): void =>
    invocations.receive(from, {
      type: Type.ErrorCompletion,
      ...ids,
      invocationId,
      error: 'not here',
    });
  const answer = (text: string): void =>
    invocations.receive(west, {
      type: Type.ClientCompletion,
      ...ids,
      invocationId,
      protocol: 'json',
      payload: Buffer.from(text),
    });
  const answerWith = (value: number): void =>
    answer(`{"type":3,"invocationId":"${invocationId}","result":${value}}\u001e`);
  return { invocations, result, east, refuse, answer, answerWith };
}

test('an endpoint that refuses twice counts once, and so does one that was not asked', async () => {
  const { result, east, refuse, answerWith } = invokeAtTwo();
  refuse(east);
  refuse(connectionTo('east'));
  refuse(connectionTo('north'));
  answerWith(2);
  expect(await result).toBe(2);
});

test('the loss of a connection on which an invocation was not sent does not fail it', async () => {
  const { invocations, result, answerWith } = invokeAtTwo();
  invocations.serverConnectionLost(connectionTo('east'));
  invocations.serverConnectionLost(connectionTo('west'));
  answerWith(2);
  expect(await result).toBe(2);
});

test('a result that cannot be read fails the invocation', async () => {
  const { result, answer } = invokeAtTwo();
  answer('{"type":3,\u001e');
  await expect(result).rejects.toThrow(/JSON/);
});

test('only the invocations of the lost client and connection are removed', () => {
  const invocations = withQuestion();
  invocations.connectionLost('b');
  invocations.serverConnectionLost(connectionTo('east'));
  invocations.setResult('a', completion, connection, protocol);
  expect(sent).toMatchObject([{ invocationId: 'q', connectionId: 'a' }]);
});
