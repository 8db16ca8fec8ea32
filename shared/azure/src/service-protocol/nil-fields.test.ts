import { expect, test } from 'vitest';
import { MessagePackReader } from './message-pack-reader.ts';
import { MessagePackWriter } from './message-pack-writer.ts';
import { readServiceMessage } from './service-protocol.ts';
import { ServiceMessageType as Type } from './service-message.ts';

/** Reads the message in a frame whose bytes are given in hexadecimal. */
const read = (hex: string): unknown =>
  readServiceMessage(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const noBytes = new Uint8Array(0);

test.each<[string, string, object]>([
  [
    'integers are 0',
    '95 01 c0 c0 c0 c0',
    { type: Type.HandshakeRequest, version: 0, target: null, migrationLevel: 0 },
  ],
  ['bytes are empty', '93 06 c0 c0', { connectionId: null, payload: noBytes }],
  ['lists are empty', '93 0a c0 c0', { excludedList: [], payloads: new Map() }],
  [
    'names and payloads in a map are empty',
    '93 0a 91 c0 81 c0 c0',
    { excludedList: [''], payloads: new Map([['', noBytes]]) },
  ],
  [
    'names and values of claims and headers are empty',
    '95 04 c0 81 c0 c0 81 c0 91 c0 c0',
    { claims: [['', '']], headers: new Map([['', ['']]]) },
  ],
  ['items of a ping are empty', '93 03 c0 c0', { type: Type.Ping, messages: ['', ''] }],
  [
    'values of an extension are 0 or empty',
    '94 06 c0 c0 85 01 c0 02 c0 03 c0 04 c0 05 c0',
    { ext: { tracingId: 0, ttl: 0, protocol: '', filter: '', dataType: 0 } },
  ],
])('nil: %s', (_rule, hex, fields) => {
  expect(read(hex)).toMatchObject(fields);
});

test('bytes of another type are refused', () => {
  expect(() => read('93 06 a1 78 a1 78')).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_AZURE_MALFORMED_MESSAGE' }),
  );
});

test.each([0, 0x7f, 0x80, 0xffff, 0x10000, 0xffffffff, 2 ** 40, -1, -32, -33, -70_000])(
  'the integer %s is read as it was written',
  (value) => {
    const writer = new MessagePackWriter();
    writer.frame(() => writer.integer(value));
    const bytes = new Uint8Array(writer.take()).subarray(1); // The first byte is the length.
    expect(new MessagePackReader(bytes).integer()).toBe(value);
  },
);
