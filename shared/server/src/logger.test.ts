import { setImmediate } from 'node:timers/promises';
import { format } from 'node:util';
import { expect, test, vi } from 'vitest';
import { SignalRServer } from './index.ts';
import { defaultLogger, safeLogger, toOneLine } from './logger.ts';
import { CollectingLogger } from './testing/collecting-logger.ts';

test('control characters of a message are escaped, so that no name forges a line of the log', () => {
  expect(toOneLine("User 'a\n\r[error] forged' \u001b[2J\u009b\u2028\u202e €😀")).toBe(
    "User 'a\\u000a\\u000d[error] forged' \\u001b[2J\\u009b\\u2028\\u202e €😀",
  );
});

test('of a text with details, only indented lines remain lines', () => {
  const logger = new CollectingLogger();
  const detail = 'Error: a\nforged\u001b[0m\n    at run (main.ts:1)\n  [cause]: {\n}';
  safeLogger(logger).warn('It failed.', detail, new Error('b'));
  expect(logger.linesOf('warn')[0]).toContain(
    'It failed. Error: a\\u000aforged\\u001b[0m\n    at run (main.ts:1)\n  [cause]: {\n} Error: b',
  );
});

test('an error of the logger does not reach the caller', () => {
  const fail = (): never => {
    throw new Error('The disk is full.');
  };
  const logger = safeLogger({ debug: fail, info: fail, warn: fail, error: fail });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('message');
});

test('a logger that rejects does not end the process', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const fail = async (): Promise<never> => {
    throw new Error('The database is away.');
  };
  const logger = safeLogger({ debug: fail, info: fail, warn: fail, error: fail });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('message');
  // Node reports rejections before the next turn of the event loop.
  await setImmediate();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('the default logger writes errors and warnings with their details to the console, nothing else', () => {
  const methods = ['debug', 'info', 'warn', 'error', 'log'] as const;
  const written: unknown[][] = [];
  for (const method of methods)
    vi.spyOn(console, method).mockImplementation((...line) => written.push([method, ...line]));
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    defaultLogger[level]('message', 'detail', { name: 'a\u202e' });
  const line = ['message', 'detail', "{ name: 'a\\u202e' }"];
  expect(written).toEqual([
    ['warn', ...line],
    ['error', ...line],
  ]);
});

test.each([
  ['the default logger', safeLogger(defaultLogger)],
  ['console', safeLogger(console)],
])('%s prints the details of a message that contains format directives', (_name, logger) => {
  const written: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((...line) => written.push(format(...line)));
  // A path with encoded characters, as a client can send it.
  const message = "A request to /chat/%c3%a4/%f0%9f%98%80 failed. 'It costs 50%', '%s', '%%'";
  logger.error(message, new Error('no database'));
  logger.error(message);
  expect(written[0]).toContain(`${message} Error: no database\n`);
  expect(written[1]).toBe(message);
});

test.each([
  ['null', null],
  ['a number', 5],
  ['an object without functions', { debug: true, info: true, warn: true, error: true }],
  ['a logger without the function error', { debug: vi.fn(), info: vi.fn(), warn: vi.fn() }],
])('%s is not a logger', (_title, logger) => {
  expect(() => new SignalRServer({ logger: logger as never })).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_LOGGER_INVALID' }) as Error,
  );
});
