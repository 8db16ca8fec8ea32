import { getEventListeners } from 'node:events';
import { MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { ClientResultsManager, newInvocationId } from './client-results-manager.ts';

const completion = (invocationId: string, result: unknown) =>
  ({ type: MessageType.Completion, invocationId, hasResult: true, result }) as const;

test('a result resolves its invocation once', async () => {
  const results = new ClientResultsManager();
  const result = results.add('a', '1', undefined);
  expect(results.tryComplete('a', completion('1', 'Ada'))).toBe(true);
  expect(results.tryComplete('a', completion('1', 'again'))).toBe(false);
  expect(await result).toBe('Ada');
  expect(results.size).toBe(0);
});

test('an error of the client is a HubError, and a completion without a result is an error', async () => {
  const results = new ClientResultsManager();
  const failed = results.add('a', '1', undefined);
  const empty = results.add('a', '2', undefined);
  results.tryComplete('a', {
    type: MessageType.Completion,
    invocationId: '1',
    hasResult: false,
    error: 'not telling',
  });
  results.tryComplete('a', { type: MessageType.Completion, invocationId: '2', hasResult: false });
  await expect(failed).rejects.toMatchObject({
    name: 'HubException',
    message: 'not telling',
    code: 'ERR_SIGNALR_CLIENT_RESULT_FAILED',
  });
  await expect(empty).rejects.toThrow(
    "Exception of type 'Microsoft.AspNetCore.SignalR.HubException' was thrown.",
  );
});

test('only the invoked connection may return a result', async () => {
  const results = new ClientResultsManager();
  const result = results.add('a', '1', undefined);
  expect(() => results.tryComplete('b', completion('1', 'mine'))).toThrow('another client');
  results.tryComplete('a', completion('1', 'true'));
  expect(await result).toBe('true');
});

test('an aborted signal and a closed connection end an invocation and leave nothing behind', async () => {
  const results = new ClientResultsManager();
  const abort = new AbortController();
  const canceled = results.add('a', '1', abort.signal);
  const lost = results.add('a', '2', undefined);
  abort.abort();
  results.connectionLost('a');
  await expect(canceled).rejects.toThrow('Invocation canceled by the server.');
  await expect(lost).rejects.toThrow("Connection 'a' disconnected.");
  await expect(results.add('a', '3', abort.signal)).rejects.toThrow('canceled');
  expect(results.size).toBe(0);
});

test('a signal for many invocations has one listener, and none after they have ended', async () => {
  const results = new ClientResultsManager();
  const abort = new AbortController();
  const countListeners = (): number => getEventListeners(abort.signal, 'abort').length;
  const ids = Array.from({ length: 20 }, (_, i) => String(i));
  const pending = ids.map((id) => results.add('a', id, abort.signal));
  expect(countListeners()).toBe(1);
  for (const id of ids) results.tryComplete('a', completion(id, id));
  expect(await Promise.all(pending)).toEqual(ids);
  expect(countListeners()).toBe(0);
  const canceled = ids.map((id) => results.add('a', id, abort.signal));
  abort.abort();
  const outcomes = await Promise.allSettled(canceled);
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map(() => 'rejected'));
  expect([countListeners(), results.size]).toEqual([0, 0]);
});

test('ids have 22 characters and do not repeat', () => {
  const ids = Array.from({ length: 1000 }, newInvocationId);
  expect(ids.every((id) => /^[A-Za-z\d+/]{22}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});

test('the invocations of lost connections reject, and others go on', async () => {
  const results = new ClientResultsManager();
  const lost = [results.add('a', '1', undefined), results.add('a', '2', undefined)];
  const kept = results.add('b', '3', undefined);
  const createError = (id: string): Error => new Error(`${id} is lost`);
  results.failWhere((id) => id === 'a', createError);
  for (const result of lost) await expect(result).rejects.toThrow('a is lost');
  expect([results.size, results.isPending('a')]).toEqual([1, false]);
  results.tryComplete('b', completion('3', 'Ada'));
  expect(await kept).toBe('Ada');
});
