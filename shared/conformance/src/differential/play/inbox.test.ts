import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

test('messages are complete, however their bytes are cut', () => {
  const inbox = new Inbox('messagepack');
  for (const byte of [...Buffer.from('{}\u001e'), 2, 0x91, 6, 1, 0x90])
    inbox.receive(Buffer.of(byte));
  expect(inbox.messages).toEqual([{ text: '{}' }, { hex: '9106' }, { hex: '90' }]);
});

test('waiting ends when the connection closes', async () => {
  const inbox = new Inbox('json');
  const waiting = inbox.until(() => inbox.messages.length > 1, 60_000);
  inbox.receive(Buffer.from('{"type":6}\u001e'));
  inbox.close('closed 1000');
  expect(await waiting).toBe(false);
  expect(inbox.closed).toBe('closed 1000');
});
