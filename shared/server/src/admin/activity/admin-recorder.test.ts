import { expect, test } from 'vitest';
import { AdminRecorder } from './admin-recorder.ts';

test('connections that an error has closed are counted, those that clients closed are not', () => {
  const recorder = new AdminRecorder();
  for (let i = 0; i < 3; i++) recorder.onOpened('chat');
  recorder.onClosed('chat', true);
  recorder.onClosed('chat', false);
  expect(recorder.of('chat').totals).toEqual({ calls: 0, errors: 0, opened: 3, failed: 1 });
  expect(recorder.of('other').totals).toMatchObject({ opened: 0, failed: 0 });
});
