import { expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import type { HubDispatcher } from './hub-dispatcher.ts';
import { runCall } from './run-call.ts';

const connection = {} as CallingConnection;
const call = { target: 'Say' } as Invocation;

/** A dispatcher whose calls return `running`, with or without an observer of the server. */
function createDispatcher(running: Promise<void> | undefined, isObserved: boolean) {
  const observed: unknown[] = [];
  const observer = {
    onCall: (hubName: string, startedAt: number) =>
      observed.push([hubName, startedAt <= performance.now()]),
  };
  const dispatcher = {
    hubName: 'ChatHub',
    options: { activity: { observer: isObserved ? observer : undefined } },
    invoke: (...args: unknown[]) => {
      expect(args).toEqual([connection, call]);
      return running;
    },
  } as unknown as HubDispatcher;
  return { dispatcher, observed };
}

test('a call that nobody observes is passed on', () => {
  const running = Promise.resolve();
  const { dispatcher } = createDispatcher(running, false);
  expect(runCall(dispatcher, connection, call)).toBe(running);
});

test('a server without an activity has no observer', () => {
  const { dispatcher } = createDispatcher(undefined, false);
  const plain = Object.assign(dispatcher, { options: {} });
  expect(runCall(plain, connection, call)).toBeUndefined();
});

test('a synchronous call is reported when it returns', () => {
  const { dispatcher, observed } = createDispatcher(undefined, true);
  expect(runCall(dispatcher, connection, call)).toBeUndefined();
  expect(observed).toEqual([['ChatHub', true]]);
});

test('another call is reported when it has ended', async () => {
  const gate = new Gate();
  const { dispatcher, observed } = createDispatcher(gate.wait(), true);
  const running = runCall(dispatcher, connection, call);
  expect(observed).toEqual([]);
  gate.open();
  await running;
  expect(observed).toEqual([['ChatHub', true]]);
});
