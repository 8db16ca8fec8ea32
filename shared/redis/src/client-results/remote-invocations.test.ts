import { expect, test } from 'vitest';
import { RemoteInvocations } from './remote-invocations.ts';

test('a result goes to the server that invoked the client, once', () => {
  const invocations = new RemoteInvocations();
  invocations.add('c', '1', 'server a');
  invocations.add('c', '2', 'server b');
  expect([invocations.size, invocations.has('c'), invocations.has('d')]).toEqual([2, true, false]);
  expect(invocations.take('c', '1')).toBe('server a');
  expect([invocations.take('c', '1'), invocations.size]).toEqual([undefined, 1]);
  expect(invocations.has('c')).toBe(true);
  expect(invocations.take('c', '2')).toBe('server b');
  expect([invocations.has('c'), invocations.size]).toEqual([false, 0]);
});

test('a client cannot return the result of another one, and the invocation stays', () => {
  const invocations = new RemoteInvocations();
  invocations.add('c', '1', 'server a');
  expect(() => invocations.take('d', '1')).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_REDIS_WRONG_RESULT_SENDER' }) as Error,
  );
  expect(invocations.take('d', 'unknown')).toBeUndefined();
  expect(invocations.take('c', '1')).toBe('server a');
});

test('a client has at most 1,000 open invocations: the oldest is removed and returned', () => {
  const invocations = new RemoteInvocations();
  for (let i = 0; i < 1000; i++)
    expect(invocations.add('c', `${i}`, `server ${i}`)).toBeUndefined();
  invocations.add('d', 'other', 'server');
  expect(invocations.size).toBe(1001);
  expect(invocations.add('c', '999', 'server')).toBeUndefined();
  expect(invocations.add('c', 'next', 'server')).toEqual({
    invocationId: '0',
    returnAddress: 'server 0',
  });
  expect(invocations.size).toBe(1001);
  expect(invocations.take('c', '0')).toBeUndefined();
  expect(invocations.take('c', '1')).toBe('server 1');
  expect(invocations.take('d', 'other')).toBe('server');
});

test('a disconnected client gives back all its invocations', () => {
  const invocations = new RemoteInvocations();
  invocations.add('c', '1', 'a');
  invocations.add('c', '2', 'b');
  invocations.add('d', '3', 'c');
  expect([...invocations.takeAll('c')]).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
  expect([...invocations.takeAll('c')]).toEqual([]);
  expect([invocations.size, invocations.has('c'), invocations.take('c', '1')]).toEqual([
    1,
    false,
    undefined,
  ]);
});
