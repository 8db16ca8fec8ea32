import type { HubMessage } from '@practical-signalr/protocol';
import { expect, test, vi } from 'vitest';
import { openHubConnection } from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';

class TestHub extends Hub {}

test('the answer to a call with too many uploads has an error and no result', async () => {
  const { connection, join, receive } = openHubConnection({ hub: TestHub });
  await join();
  const sent: HubMessage[] = [];
  vi.spyOn(connection, 'send').mockImplementation((message) => void sent.push(message));
  const streamIds = Array.from({ length: 1001 }, (_, i) => `${i}`);
  receive({ type: 1, invocationId: '2', target: 'upload', arguments: [], streamIds });
  expect(sent).toEqual([
    { type: 3, invocationId: '2', hasResult: false, error: expect.any(String) as string },
  ]);
  connection.onClose();
});
