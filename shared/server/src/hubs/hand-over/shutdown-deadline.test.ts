import { afterEach, expect, test, vi } from 'vitest';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { resolveOptions } from '../../server-options.ts';
import { ShutdownDeadline } from './shutdown-deadline.ts';

afterEach(() => vi.useRealTimers());

test('a deadline that is started again does not move', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const logger = new CollectingLogger();
  const options = resolveOptions({ logger, shutdownTimeout: 1000 });
  let elapsed = 0;
  const deadline = new ShutdownDeadline({ hubName: 'ChatHub', options }, () => elapsed++);
  deadline.start();
  vi.advanceTimersByTime(900);
  deadline.start(); // the token of the connection has expired, too
  vi.advanceTimersByTime(100);
  expect(elapsed).toBe(1);
  expect(logger.linesOf('error')).toHaveLength(1);
});
