import type { IncomingMessage } from 'node:http';
import type { Transport } from '@practical-signalr/server/transports';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EmulatedService } from '../emulated-service.ts';
import { resolveEmulatorOptions } from '../emulator-options.ts';
import { ClientSession } from './client-session.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Opens a session whose client has not sent a handshake. */
function openSession(service: EmulatedService): { readonly abort: () => void } {
  const abort = vi.fn<() => void>(() => session.onClose());
  const transport = { name: 'LongPolling', abort } as unknown as Transport;
  const request = {} as IncomingMessage;
  const session = new ClientSession(service, 'chat', 'c', transport, {}, request, () => undefined);
  return { abort };
}

test.each([0, 100])(
  'with a latency of %s ms, close() ends a client before its handshake, and leaves no timer',
  (latency) => {
    const service = new EmulatedService(resolveEmulatorOptions({ latency }));
    const { abort } = openSession(service);
    service.close();
    expect(abort).toHaveBeenCalledOnce();
    expect([service.sessions.size, vi.getTimerCount()]).toEqual([0, 0]);
  },
);
