import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { readServiceMessage, writeServiceMessage } from './service-protocol.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('a frame over the limit and a length that does not end are refused before they are buffered', () => {
  const read = (bytes: Buffer) => () => new FrameReader(1000).read(bytes, () => undefined);
  expect(read(hex('e907'))).toThrow('has 1001 bytes. The limit is 1000 bytes');
  expect(read(hex('ffffffff0f'))).toThrow('4294967295 bytes');
  expect(read(hex('ffffffffff'))).toThrow('more than 5 bytes');
  expect(read(hex('ffffffff'))).not.toThrow();
});

test('a count without items does not allocate memory', () => {
  for (const frame of [
    'dd7fffffff',
    '94' + '06' + 'a163' + 'c6ffffffff',
    '940a' + 'ddffffffff8080',
    '940a' + '90' + 'dfffffffff',
    '99',
    '91',
  ]) {
    expect(() => readServiceMessage(hex(frame)), frame).toThrow('ends before its last item');
  }
  expect(() => readServiceMessage(hex('90'))).toThrow('no type');
  expect(() => readServiceMessage(hex('a0'))).toThrow('Expected: array; received: 0xa0');
});

test('an Ack whose sixth item has another type than bytes is read, and the item is ignored', () => {
  const items = ['a161', 'd90161', '07', 'c3', '9101', '81a16101'];
  for (const item of items) {
    const ack = readServiceMessage(hex('96' + '14' + '05' + '01' + 'a0' + '80' + item));
    expect(ack, item).toMatchObject({ type: 20, ackId: 5, status: 1, payload: null });
  }
  const ack = readServiceMessage(hex('96' + '14' + '05' + '01' + 'a0' + '80' + 'c40107'));
  expect(ack).toMatchObject({ ackId: 5, payload: Buffer.of(7) });
});

test('unknown keys are skipped, whatever their depth', () => {
  const deep = '91'.repeat(50_000) + 'c0';
  const values = [
    '01',
    'e0',
    'c3',
    'cc01',
    'cd0001',
    'ce00000001',
    'cf0000000000000001',
    'd0ff',
    'd1ffff',
    'd2ffffffff',
    'd3ffffffffffffffff',
  ];
  values.push(
    'ca00000000',
    'cb0000000000000000',
    'a161',
    'd90161',
    'da000161',
    'db0000000161',
    'c40101',
    'c5000101',
    'c60000000101',
  );
  values.push(
    '9101',
    'dc000101',
    'dd0000000101',
    '810101',
    'de00010101',
    'df000000010101',
    'd40101',
    'd5010101',
    'd80100000000000000000000000000000000',
    'c7010101',
    deep,
  );
  for (const value of values) {
    const message = readServiceMessage(hex('9406a163c401018263' + value + '0502'));
    expect(message, value.slice(0, 20)).toMatchObject({ connectionId: 'c', ext: { dataType: 2 } });
  }
});

test('random bytes result in a message, undefined or a ServiceProtocolError', () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  const valid = writeServiceMessage({
    type: 4,
    connectionId: 'c',
    claims: [['a', 'b']],
    headers: new Map([['H', ['v']]]),
    queryString: '?',
    ext: { protocol: 'json' },
  });
  for (let i = 0; i < 20_000; i++) {
    const bytes = Buffer.from(
      i % 2 === 0 ? valid : Array.from({ length: random() % 40 }, () => random() & 0xff),
    );
    if (i % 2 === 0) bytes[1 + (random() % (bytes.length - 1))] = random() & 0xff;
    try {
      readServiceMessage(bytes.subarray(1));
    } catch (error) {
      expect((error as Error).name).toBe('ServiceProtocolError');
    }
  }
});
