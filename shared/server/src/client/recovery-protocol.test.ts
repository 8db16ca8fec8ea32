import { type HubMessage, JsonHubProtocol, MessageType, NullLogger } from '@microsoft/signalr';
import { expect, test } from 'vitest';
import { RecoveryProtocol } from './recovery-protocol.ts';

const json = new JsonHubProtocol();
const write = (messages: readonly object[]): string =>
  messages.map((message) => json.writeMessage(message as HubMessage) as string).join('');
const call = (target: string, ...args: unknown[]): object => ({
  type: MessageType.Invocation,
  target,
  arguments: args,
});
const message = (text: string): object => call('receive', text);
const at = (position: string, isReplay?: boolean): object =>
  call('__position', position, ...(isReplay === true ? [true] : []));
const reply = (result: object): object => ({
  type: MessageType.Completion,
  invocationId: '7',
  result: { groups: [], ...result },
});

/** Returns the texts that the handlers receive. */
function read(protocol: RecoveryProtocol, ...messages: object[]): string[] {
  return protocol.parseMessages(write(messages), NullLogger.instance).flatMap((parsed) => {
    const isText = parsed.type === MessageType.Invocation && parsed.target === 'receive';
    return isText ? [String(parsed.arguments[0])] : [];
  });
}

function startRecovery(): RecoveryProtocol {
  const protocol = new RecoveryProtocol(json);
  protocol.hold();
  protocol.writeMessage({
    type: MessageType.Invocation,
    invocationId: '7',
    target: '__recover',
    arguments: [],
  });
  return protocol;
}

test('the position is that of the last message that the handlers received', () => {
  const protocol = new RecoveryProtocol(json);
  expect(read(protocol, at('5-0'), message('a'), message('direct'))).toEqual(['a', 'direct']);
  expect(protocol.position).toBe('5-0');
  expect(read(protocol, at('6-0'))).toEqual([]);
  expect(protocol.position).toBe('5-0');
  expect(read(protocol, message('b'))).toEqual(['b']);
  expect(protocol.position).toBe('6-0');
});

test('a client that receives nothing learns its position, except during a recovery', () => {
  const protocol = new RecoveryProtocol(json);
  expect(read(protocol, at('5-0'), message('a'), call('__reached', '8-0'))).toEqual(['a']);
  expect(protocol.position).toBe('8-0');
  read(protocol, call('__reached', '7-0'));
  expect(protocol.position).toBe('8-0');
  protocol.hold();
  read(protocol, call('__reached', '9-0'));
  expect(protocol.position).toBe('8-0');
});

test('one invocation may announce the positions of several messages', () => {
  const protocol = new RecoveryProtocol(json);
  const list = at('5-0 5-1 6-0');
  expect(read(protocol, list, message('a'), message('b'))).toEqual(['a', 'b']);
  expect(protocol.position).toBe('5-1');
  expect(read(protocol, message('c'), message('direct'))).toEqual(['c', 'direct']);
  expect(protocol.position).toBe('6-0');
});

test('a stateful reconnect in the middle of a list does not move the positions', () => {
  const protocol = new RecoveryProtocol(json);
  read(protocol, at('5-0 5-1 6-0'), message('a'));
  // The server repeats what the client has not acknowledged. The announcement has the number 1.
  read(protocol, { type: MessageType.Sequence, sequenceId: 2 }, message('a'), message('b'));
  expect(protocol.position).toBe('5-1');
});

test('new messages wait for the missed ones, and none is received twice', () => {
  const protocol = startRecovery();
  expect(read(protocol, at('9-0'), message('early'), at('9-1'), message('live'))).toEqual([]);
  expect(read(protocol, at('8-0', true), message('missed'))).toEqual([]);
  expect(read(protocol, at('9-0', true), message('early'), message('direct'))).toEqual([]);
  const result = reply({ recovered: true, position: '9-0', session: 's' });
  expect(read(protocol, result)).toEqual(['missed', 'early', 'live', 'direct']);
  expect(protocol).toMatchObject({ position: '9-1', session: 's' });
  expect(protocol.outcome).toMatchObject({ recovered: true, replayed: 2 });
});

test('a replayed message that arrives after the recovery is dropped', () => {
  const protocol = startRecovery();
  read(protocol, at('8-0', true), message('missed'), reply({ recovered: true, position: '8-0' }));
  expect(read(protocol, at('8-0'), message('missed'), at('8-1'), message('new'))).toEqual(['new']);
});

test('every message reaches the client, which counts them for a stateful reconnect', () => {
  const protocol = startRecovery();
  const messages = [
    at('8-0', true),
    message('missed'),
    at('8-0'),
    message('missed'),
    reply({ recovered: true, position: '8-0' }),
  ];
  const parsed = protocol.parseMessages(write(messages), NullLogger.instance);
  expect(parsed).toHaveLength(messages.length);
});

test('an invocation that needs a result does not wait', () => {
  const protocol = startRecovery();
  expect(read(protocol, { ...message('confirm'), invocationId: '1' })).toEqual(['confirm']);
});

test('a connection that breaks during the replay changes no position', () => {
  const protocol = startRecovery();
  protocol.position = '7-0';
  read(protocol, at('8-0', true), message('missed'), at('9-0'), message('live'));
  protocol.hold();
  expect(protocol.position).toBe('7-0');
  expect(protocol.outcome).toBeUndefined();
});

test('after a gap, the position is the one that the server assigns', () => {
  const protocol = startRecovery();
  protocol.position = '90-0';
  read(protocol, reply({ recovered: false, reason: 'gap', position: '20-0' }));
  expect(protocol.position).toBe('20-0');
});

test('a server without the method is reported as unsupported', () => {
  const protocol = startRecovery();
  const error = { type: MessageType.Completion, invocationId: '7', error: 'no such method' };
  expect(read(protocol, message('live'), error)).toEqual(['live']);
  expect(protocol.outcome).toMatchObject({ recovered: false, reason: 'unsupported' });
});

test('too many messages during a recovery are passed on, and the client is notified', () => {
  const protocol = startRecovery();
  const batch = Array.from({ length: 50_001 }, (_, i) => message(String(i)));
  expect(read(protocol, ...batch)).toHaveLength(50_001);
  read(protocol, reply({ recovered: true, position: '1-0' }));
  expect(protocol.outcome).toMatchObject({ recovered: false, reason: 'overflow' });
});

test('pings and other messages without a sequence number change no position', () => {
  const protocol = startRecovery();
  read(protocol, reply({ recovered: true, position: '8-0' }));
  const ping = { type: MessageType.Ping };
  const ack = { type: MessageType.Ack, sequenceId: 3 };
  read(protocol, at('9-0 9-1'), ping, message('one'), ack);
  expect(protocol.position).toBe('9-0');
  read(protocol, ping, message('two'));
  expect(protocol.position).toBe('9-1');
});
