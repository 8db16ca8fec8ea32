import { expect, test } from 'vitest';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import { CallerContext } from './caller-context.ts';

function createContext() {
  let aborts = 0;
  const connection = { userIdentifier: 'ada', abort: () => void aborts++ };
  const endpoint = { connectionId: 'c', ticket: { user: { sub: 'ada' } } };
  const context = new CallerContext(
    connection,
    endpoint as unknown as ConnectionContext,
    'WebSockets',
    {} as ConnectionRequest,
  );
  return { context, countAborts: () => aborts };
}

test('the context has the data of its connection', () => {
  const { context } = createContext();
  expect(context).toMatchObject({
    connectionId: 'c',
    userIdentifier: 'ada',
    transport: 'WebSockets',
    user: { sub: 'ada' },
  });
  context.items.set('key', 1);
  expect(context.items.get('key')).toBe(1);
});

test('the signal is aborted when the connection closes, also if it is first read after that', () => {
  const { context } = createContext();
  const signal = context.connectionAborted;
  expect([signal.aborted, context.connectionAborted === signal]).toEqual([false, true]);
  context.markAborted();
  expect(signal.aborted).toBe(true);
  const late = createContext().context;
  late.markAborted();
  expect(late.connectionAborted.aborted).toBe(true);
});

test('a context that was kept cannot abort a connection that has closed', () => {
  const { context, countAborts } = createContext();
  context.abort();
  expect(countAborts()).toBe(1);
  context.markAborted();
  context.abort();
  expect(countAborts()).toBe(1);
});
