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
