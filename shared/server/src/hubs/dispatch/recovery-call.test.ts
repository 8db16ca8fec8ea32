import { type HubMessage, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import {
  RECOVER_METHOD,
  RECOVERY_PARAMETER,
  type RecoveryReply,
  type RecoveryRequest,
} from '../../client/recovery-messages.ts';
import { QueryParameters } from '../../connections/connection-request.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import type { Invocation } from '../calling-connection.ts';
import { runRecoveryCall, wantsRecovery } from './recovery-call.ts';

test.each([
  ['', false],
  ['id=1&access_token=2', false],
  [`${RECOVERY_PARAMETER}=1`, true],
  [`id=1&${RECOVERY_PARAMETER}=`, true],
])('a client with the query "%s" recovers messages: %s', (query, isRecovering) => {
  const request = {
    path: '/hub',
    query: new QueryParameters(query),
    params: {},
    headers: {},
    remoteAddress: '127.0.0.1',
  };
  expect(wantsRecovery(request)).toBe(isRecovering);
});

const reply: RecoveryReply = { recovered: true, session: 's', position: '1-0', groups: ['g'] };

/** A connection whose lifetime manager answers with `recover`, and what it was asked and sent. */
function createConnection(recover?: () => Promise<RecoveryReply>) {
  const requests: RecoveryRequest[] = [];
  const sent: HubMessage[] = [];
  const record = (_connection: object, request: RecoveryRequest): Promise<RecoveryReply> => {
    requests.push(request);
    return recover!();
  };
  const lifetime = recover === undefined ? {} : { recover: record };
  const connection = {
    connectionId: 'c',
    isClosing: false,
    lifetime,
    send: (message: HubMessage) => sent.push(message),
  };
  return { connection, requests, sent };
}

function run(
  connection: object,
  call: Partial<Invocation>,
  logger = new CollectingLogger(),
): Promise<void> | undefined {
  const invocation = {
    type: MessageType.Invocation,
    invocationId: '1',
    target: RECOVER_METHOD,
    arguments: [],
    ...call,
  };
  return runRecoveryCall(connection as never, invocation as Invocation, logger);
}

test('a call of the recovery method gets the reply of the lifetime manager', async () => {
  const { connection, requests, sent } = createConnection(() => Promise.resolve(reply));
  await run(connection, { arguments: ['secret', '5-0', true] });
  expect(requests).toEqual([{ session: 'secret', position: '5-0', readsPositionLists: true }]);
  const result = {
    type: MessageType.Completion,
    invocationId: '1',
    hasResult: true,
    result: reply,
  };
  expect(sent).toEqual([result]);
});

test.each<[readonly unknown[]]>([[[]], [['', '', false]], [[1, null, 'true']], [[{}, [], 1]]])(
  'the arguments %j start a new session',
  async (args) => {
    const { connection, requests } = createConnection(() => Promise.resolve(reply));
    await run(connection, { arguments: args });
    expect(requests).toEqual([
      { session: undefined, position: undefined, readsPositionLists: false },
    ]);
  },
);

test.each<[string, Partial<Invocation>]>([
  ['another method', { target: 'Recover' }],
  ['a call without an id', { invocationId: undefined } as Partial<Invocation>],
  ['a stream', { type: MessageType.StreamInvocation }],
])('%s is not a recovery', (_name, call) => {
  const { connection, requests } = createConnection(() => Promise.resolve(reply));
  expect(run(connection, call)).toBeUndefined();
  expect(requests).toEqual([]);
});

test('without a history, the call is one of the hub', () => {
  expect(run(createConnection().connection, {})).toBeUndefined();
});

test('a failure is logged, and the client learns that the history is unavailable', async () => {
  const logger = new CollectingLogger();
  const { connection, sent } = createConnection(() => Promise.reject(new Error('Redis is away')));
  await run(connection, {}, logger);
  const result = { recovered: false, reason: 'unavailable', groups: [] };
  expect(sent).toMatchObject([{ invocationId: '1', hasResult: true, result }]);
  expect(logger.lines).toHaveLength(1);
});

test('a connection that closes meanwhile gets no reply', async () => {
  const { connection, sent } = createConnection(() => {
    connection.isClosing = true;
    return Promise.resolve(reply);
  });
  await run(connection, {});
  expect(sent).toEqual([]);
});
