import { MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { HubError } from '../hub-error.ts';
import { ClientResultsManager, newInvocationId } from './client-results-manager.ts';

const completion = (invocationId: string, result: unknown) =>
  ({ type: MessageType.Completion, invocationId, hasResult: true, result }) as const;

test('an answer resolves its question, once', async () => {
  const results = new ClientResultsManager();
  const answer = results.add('a', '1', undefined);
  expect(results.tryComplete('a', completion('1', 'Ada'))).toBe(true);
  expect(results.tryComplete('a', completion('1', 'again'))).toBe(false);
  expect(await answer).toBe('Ada');
  expect(results.size).toBe(0);
});

test('an error of the client is a HubError with its text; an end without a result is an error too', async () => {
  const results = new ClientResultsManager();
  const [refused, empty] = [results.add('a', '1', undefined), results.add('a', '2', undefined)];
  results.tryComplete('a', {
    type: MessageType.Completion,
    invocationId: '1',
    hasResult: false,
    error: 'not telling',
  });
  results.tryComplete('a', { type: MessageType.Completion, invocationId: '2', hasResult: false });
  await expect(refused).rejects.toThrow(new HubError('not telling'));
  await expect(empty).rejects.toThrow('without a result');
});

test('only the connection that was asked may answer', async () => {
  const results = new ClientResultsManager();
  const answer = results.add('a', '1', undefined);
  expect(() => results.tryComplete('b', completion('1', 'mine'))).toThrow('another client');
  results.tryComplete('a', completion('1', 'true'));
  expect(await answer).toBe('true');
});

test('a signal ends the waiting; so does the end of the connection; nothing stays behind', async () => {
  const results = new ClientResultsManager();
  const abort = new AbortController();
  const [cancelled, lost] = [results.add('a', '1', abort.signal), results.add('a', '2', undefined)];
  abort.abort();
  results.connectionLost('a');
  await expect(cancelled).rejects.toThrow('Invocation canceled by the server.');
  await expect(lost).rejects.toThrow("Connection 'a' disconnected.");
  await expect(results.add('a', '3', abort.signal)).rejects.toThrow('canceled');
  expect(results.size).toBe(0);
});

test('ids have 22 characters and do not repeat', () => {
  const ids = Array.from({ length: 1000 }, newInvocationId);
  expect(ids.every((id) => /^[A-Za-z\d+/]{22}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});
