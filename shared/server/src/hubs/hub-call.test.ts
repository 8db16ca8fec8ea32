import { expect, test } from 'vitest';
import type { CallingConnection, Invocation } from './calling-connection.ts';
import type { GroupManager } from './hub-clients.ts';
import { Hub } from './hub.ts';
import { HubCall } from './hub-call.ts';

const connectionAborted = new AbortController().signal;
const connection = { callerContext: { connectionAborted } } as unknown as CallingConnection;
const createCall = (invocation: Partial<Invocation> | undefined): HubCall =>
  new HubCall(connection, {} as GroupManager, invocation as Invocation, () => undefined);

test.each([
  ['a hook', undefined],
  ['a call without an invocation id', { invocationId: undefined }],
] as const)('%s ends with the connection', (_what, invocation) => {
  expect(createCall(invocation).invocationAborted).toBe(connectionAborted);
});

test('a call that is canceled aborts its signal and its stream, once', () => {
  const call = createCall({ invocationId: '1' });
  let cancellations = 0;
  call.onCancel = () => cancellations++;
  const signal = call.invocationAborted;
  expect(call.invocationAborted).toBe(signal);
  expect([signal.aborted, call.isCanceled]).toEqual([false, false]);
  call.cancel();
  call.cancel();
  expect([signal.aborted, call.isCanceled, cancellations]).toEqual([true, true, 1]);
});

test('a signal that is first read after the cancellation is aborted', () => {
  const call = createCall({ invocationId: '1' });
  call.cancel();
  expect(call.invocationAborted.aborted).toBe(true);
});

test('a hub that the server has not created for a call says so, and so does a proxy of a hub', () => {
  class OwnHub extends Hub {}
  const code = 'ERR_SIGNALR_HUB_WITHOUT_CALL';
  for (const hub of [new OwnHub(), new Proxy(new OwnHub(), {})])
    expect(() => hub.context).toThrow(expect.objectContaining({ code }) as Error);
});
