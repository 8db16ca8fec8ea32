import { expect, test } from 'vitest';
import { WorkerPool } from '../cluster/worker-pool.ts';
import { Hub, SignalRServer, type SignalRServerOptions } from '../index.ts';
import type { HubLifetimeManagerFactory } from '../scale-out/scale-out-hub.ts';

const MAXIMUM = 2 ** 31 - 1;
const tooLong = (name: string): Error =>
  expect.objectContaining({
    code: 'ERR_SIGNALR_TIME_TOO_LONG',
    message: `The option '${name}' must be at most 2147483647 ms, because a timer of Node cannot wait longer.`,
  }) as Error;
const notPositive = expect.objectContaining({ code: 'ERR_SIGNALR_OPTION_NOT_POSITIVE' }) as Error;

const times: readonly [string, (ms: number) => SignalRServerOptions][] = [
  ['handshakeTimeout', (handshakeTimeout) => ({ handshakeTimeout })],
  ['disconnectTimeout', (disconnectTimeout) => ({ disconnectTimeout })],
  ['sendTimeout', (sendTimeout) => ({ sendTimeout })],
  ['shutdownTimeout', (shutdownTimeout) => ({ shutdownTimeout })],
  ['longPolling.pollTimeout', (pollTimeout) => ({ longPolling: { pollTimeout } })],
];

test.each(times)('the time %s is refused if a timer cannot wait that long', (name, optionsOf) => {
  for (const ms of [MAXIMUM + 1, Infinity]) {
    expect(() => new SignalRServer(optionsOf(ms))).toThrow(tooLong(name));
    const signalr = new SignalRServer();
    class ChatHub extends Hub {}
    expect(() => signalr.mapHub('/hub', ChatHub, { methods: [], ...optionsOf(ms) })).toThrow(
      tooLong(name),
    );
  }
  for (const ms of [0, -1, Number.NaN, '5000' as never])
    expect(() => new SignalRServer(optionsOf(ms))).toThrow(notPositive);
  expect(() => new SignalRServer(optionsOf(MAXIMUM))).not.toThrow();
});

test('close() refuses a drainTimeout that a timer cannot wait', async () => {
  const signalr = new SignalRServer();
  await expect(signalr.close({ drainTimeout: Infinity })).rejects.toThrow(tooLong('drainTimeout'));
  await signalr.close();
});

test('a worker pool refuses a stopTimeout that a timer cannot wait', async () => {
  const open = (): never => {
    throw new Error('The pool continued after its check.'); // Before it starts a process.
  };
  const scaleOut = { sharing: { open } } as unknown as HubLifetimeManagerFactory;
  const started = WorkerPool.start({ stopTimeout: Infinity, scaleOut });
  await expect(started).rejects.toThrow(tooLong('stopTimeout'));
});

test('the intervals of pings may be infinite, because no timer waits for them', () => {
  const create = (): SignalRServer =>
    new SignalRServer({ keepAliveInterval: Infinity, clientTimeoutInterval: Infinity });
  expect(create).not.toThrow();
});
