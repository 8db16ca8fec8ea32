import { expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { LifetimeConnection } from '../../scale-out/lifetime-connection.ts';
import { TestConnection } from '../../testing/dispatcher/test-connection.ts';
import { testDispatcher } from '../../testing/dispatcher/test-dispatcher.ts';
import type { CallingConnection } from '../calling-connection.ts';
import { Hub } from '../hub.ts';
import { HubMembership } from './hub-membership.ts';

/** Creates a membership whose hooks and lifetime manager record what they do. */
function createMembership(
  fails: Partial<Record<'connected' | 'moved' | 'disconnected', Error>> = {},
  lifetime: Partial<HubLifetimeManager> = {},
) {
  const events: string[] = [];
  const run = (hook: keyof typeof fails): void => {
    events.push(hook);
    if (fails[hook] !== undefined) throw fails[hook];
  };
  class TestHub extends Hub {
    override onConnected(): void {
      run('connected');
    }
    override onConnectionMoved(): void {
      run('moved');
    }
    override onDisconnected(): void {
      run('disconnected');
    }
  }
  const record = async (event: string): Promise<void> => void events.push(event);
  const { dispatcher, logger } = testDispatcher(
    TestHub,
    {},
    {},
    {
      onConnected: () => record('joined'),
      onClosing: () => void record('closing'),
      onDisconnecting: () => record('leaving'),
      onDisconnected: () => record('left'),
      ...lifetime,
    },
  );
  const connection = TestConnection.open() as unknown as CallingConnection & LifetimeConnection;
  return { membership: new HubMembership(connection, dispatcher), events, logger };
}

test('a connection is a member from its connected hook until it leaves, which happens once', async () => {
  const gate = new Gate();
  const { membership, events } = createMembership({}, { onConnected: () => gate.wait() });
  const states: unknown[] = [[membership.hasJoined, membership.isJoining]];
  const joined = membership.join();
  states.push([membership.hasJoined, membership.isJoining]);
  gate.open();
  await joined;
  states.push([membership.hasJoined, membership.isJoining]);
  const left = membership.leave(undefined);
  states.push([membership.hasJoined, membership.isJoining]);
  expect(membership.leave(undefined)).toBe(left);
  await left;
  expect(states).toEqual([
    [false, false],
    [false, true],
    [true, false],
    [false, false],
  ]);
  expect(events).toEqual(['connected', 'leaving', 'disconnected', 'left']);
});

test('a disconnected hook that fails is logged, and the connection is removed', async () => {
  const { membership, events, logger } = createMembership({ disconnected: new Error('broken') });
  await membership.join();
  await membership.leave(undefined);
  expect(events.slice(2)).toEqual(['leaving', 'disconnected', 'left']);
  expect(logger.linesOf('error')).toEqual([expect.stringMatching(/disconnect.*broken/is)]);
});

test('a connection whose hook fails does not join, and is removed without a disconnected hook', async () => {
  const { membership, events } = createMembership({ connected: new Error('refused') });
  await expect(membership.join()).rejects.toThrow('refused');
  expect(membership.isJoining).toBe(false);
  await membership.leave(undefined);
  expect(events).toEqual(['joined', 'connected', 'leaving', 'left']);
});

test('a connection that has moved is a member while its hook runs, and after it', async () => {
  for (const fails of [{}, { moved: new Error('refused') }]) {
    const { membership, events } = createMembership(fails);
    const restored = membership.restore();
    expect([membership.hasJoined, membership.isJoining]).toEqual([true, true]);
    await restored.catch(() => undefined);
    expect([membership.hasJoined, membership.isJoining]).toEqual([true, false]);
    await membership.leave(undefined);
    expect(events).toEqual(['moved', 'leaving', 'disconnected', 'left']);
  }
});

test('the lifetime manager hears of a closing connection while it joins or is a member', async () => {
  const gate = new Gate();
  const { membership, events } = createMembership({}, { onConnected: () => gate.wait() });
  membership.close();
  expect(events).toEqual([]);
  const joined = membership.join();
  membership.close();
  gate.open();
  await joined;
  membership.close();
  expect(events).toEqual(['closing', 'connected', 'closing']);
  membership.release();
  membership.close();
  expect(membership.leave(undefined)).toBeUndefined();
  expect(events).toHaveLength(3);
});

test('the optional methods of a lifetime manager may be missing', async () => {
  const optional = { onClosing: undefined, onDisconnecting: undefined } as unknown as object;
  const { membership, events, logger } = createMembership({}, optional);
  await membership.join();
  membership.close();
  await membership.leave(undefined);
  expect(events).toEqual(['joined', 'connected', 'disconnected', 'left']);
  expect(logger.lines).toEqual([]);
});
