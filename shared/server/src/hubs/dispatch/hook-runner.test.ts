import { beforeEach, expect, test } from 'vitest';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { hasEnded } from '../../testing/dispatcher/test-dispatcher.ts';
import type { CallingConnection } from '../calling-connection.ts';
import { DisposedHub } from '../ended-call.ts';
import type { GroupManager } from '../hub-clients.ts';
import type { HubFilter } from '../hub-filter.ts';
import { Hub } from '../hub.ts';
import { FilterChain } from './filter-chain.ts';
import { HookRunner } from './hook-runner.ts';

const logger = new CollectingLogger();
const events: unknown[] = [];
let hubs: TestHub[];
/** What the hooks do. */
let hook: () => void | Promise<void>;
beforeEach(() => {
  logger.lines.length = 0;
  events.length = 0;
  hubs = [];
  hook = () => undefined;
});

class TestHub extends Hub {
  override onConnected(): void | Promise<void> {
    events.push(`connected ${this.context.connectionId}`);
    return hook();
  }
  override onDisconnected(error?: Error): void | Promise<void> {
    events.push(`disconnected ${error?.message}`);
    return hook();
  }
  override onConnectionMoved(): void | Promise<void> {
    events.push('moved');
    return hook();
  }
}

const connection = {
  connectionId: 'c',
  callerContext: { connectionId: 'c' },
} as unknown as CallingConnection;

function createRunner(...filters: HubFilter[]): HookRunner {
  return new HookRunner({
    create: () => {
      const hub = new TestHub();
      hubs.push(hub);
      return hub;
    },
    groups: {} as GroupManager,
    filters: new FilterChain(filters),
    report: () => undefined,
    disposed: new DisposedHub('TestHub', () => undefined, logger),
  });
}

test('hooks that are synchronous cost no promise, and each has a hub of its own that ends with it', () => {
  const runner = createRunner();
  expect(runner.runConnected(connection)).toBeUndefined();
  expect(runner.runDisconnected(connection, new Error('lost'))).toBeUndefined();
  expect(events).toEqual(['connected c', 'disconnected lost']);
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true, true]);
});

test('the hub of an asynchronous hook ends after it', async () => {
  let finish = (): void => undefined;
  hook = () => new Promise<void>((resolve) => (finish = resolve));
  const running = createRunner().runConnected(connection);
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([false]);
  finish();
  await running;
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true]);
});

test('a hook that throws or rejects passes its error on, and its hub ends', async () => {
  const error = new Error('broke');
  hook = () => {
    throw error;
  };
  const runner = createRunner();
  expect(() => runner.runConnected(connection)).toThrow(error);
  hook = () => Promise.reject(error);
  await expect(runner.runDisconnected(connection, undefined)).rejects.toBe(error);
  await expect(runner.run(connection, 'onConnectionMoved')).rejects.toBe(error);
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true, true, true]);
});

test('a hook without filters runs', async () => {
  await createRunner().run(connection, 'onConnectionMoved');
  expect(events).toEqual(['moved']);
});

test('filters run around the hooks, with the hub and its context', async () => {
  const filter: HubFilter = {
    async onConnected({ context, hub }, next) {
      events.push(['filter', context.connectionId, hub === hubs[0]]);
      await next();
      events.push('after');
    },
    async onDisconnected({ context, hub }, error, next) {
      events.push(['filter', context.connectionId, hub === hubs[1], error?.message]);
      await next(error);
    },
  };
  const runner = createRunner(filter);
  await runner.runConnected(connection);
  await runner.runDisconnected(connection, new Error('lost'));
  expect(events).toEqual([
    ['filter', 'c', true],
    'connected c',
    'after',
    ['filter', 'c', true, 'lost'],
    'disconnected lost',
  ]);
});

test('a filter without a function for a hook does not change it', async () => {
  const filter: HubFilter = { invokeMethod: (_invocation, next) => next() };
  const runner = createRunner(filter, { onDisconnected: (_context, error, next) => next(error) });
  await runner.runConnected(connection);
  await runner.runDisconnected(connection, undefined);
  const other = createRunner(filter, { onConnected: (_context, next) => next() });
  await other.runConnected(connection);
  await other.runDisconnected(connection, undefined);
  const both = ['connected c', 'disconnected undefined'];
  expect(events).toEqual([...both, ...both]);
});
