import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import type { ServiceMessage } from './service-message.ts';
import {
  readServiceMessage,
  ServiceMessageWriter,
  writeServiceMessage,
} from './service-protocol.ts';

interface Vector {
  readonly name: string;
  readonly kind: 'write' | 'parse' | 'layout' | 'recorded';
  readonly type: number;
  readonly frame: string;
  readonly fields?: Record<string, unknown>;
  /** The frame that .NET writes for what it has read. */
  readonly canonical?: string;
  readonly result?: 'ok' | 'ignored' | 'incomplete' | 'error';
  readonly laterReleases?: 'ok';
}

// From the real .NET server SDK: written by it, fed to it, or seen on the wire.
const vectors = JSON.parse(
  readFileSync(new URL('vectors.json', import.meta.url), 'utf8'),
) as Vector[];

function framesOf(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  new FrameReader().read(bytes, (frame) => frames.push(frame));
  return frames;
}

/** A message in the words of the vectors: absent where .NET has null, numbers over 2^53 as text. */
function toPlainObject(message: ServiceMessage): Record<string, unknown> {
  const { type: _type, ext, ...rest } = message as ServiceMessage & { ext?: object };
  const entries = Object.entries({ ...rest, ...ext }).map(([name, value]): [string, unknown] => {
    if (name === 'tracingId') return [name, String(value)];
    if (name === 'payload' && value instanceof Uint8Array)
      return [name, { $hex: Buffer.from(value).toString('hex') }];
    if (name === 'payloads') {
      return [
        name,
        Object.fromEntries(
          [...(value as Map<string, Uint8Array>)].map(([p, b]) => [
            p,
            { $hex: Buffer.from(b).toString('hex') },
          ]),
        ),
      ];
    }
    return [name, value instanceof Map ? Object.fromEntries(value) : value];
  });
  const empty = (name: string, value: unknown): boolean =>
    value === null ||
    value === undefined ||
    (name !== 'messages' && Array.isArray(value) && value.length === 0) ||
    (name === 'payloads' && Object.keys(value as object).length === 0);
  const names: Record<string, string> = { dataType: 'type', objectType: 'type' };
  return Object.fromEntries(
    entries.filter(([n, v]) => !empty(n, v)).map(([n, v]) => [names[n] ?? n, v]),
  );
}

/** Returns the expected fields: the classes of .NET and the wire differ in some of them. */
function wanted({ type, fields = {} }: Vector): Record<string, unknown> {
  const want = { ...fields };
  if (type === 6 && want['type'] === 0) delete want['type'];
  if (type === 1) want['target'] ??= '';
  return want;
}

test('there are 103 vectors', () => expect(vectors.length).toBe(103));

describe.each(vectors.filter(({ result }) => result === undefined || result === 'ok'))(
  '$name',
  (vector) => {
    const bytes = Buffer.from(vector.frame, 'hex');
    const message = readServiceMessage(framesOf(bytes)[0] as Uint8Array) as ServiceMessage;

    test('is read from one frame and written with the same bytes', () => {
      expect(framesOf(bytes)).toHaveLength(1);
      expect(writeServiceMessage(message).toString('hex')).toBe(vector.canonical ?? vector.frame);
    });

    if (vector.fields !== undefined) {
      test('has the same fields as in .NET', () =>
        expect(toPlainObject(message)).toEqual(wanted(vector)));
    }
  },
);

test.each(vectors.filter(({ result }) => result !== undefined && result !== 'ok'))(
  '$name',
  (vector) => {
    const frames = framesOf(Buffer.from(vector.frame, 'hex'));
    const read = (): unknown => readServiceMessage(frames[0] as Uint8Array);
    if (vector.result === 'incomplete') expect(frames).toEqual([]);
    else if (vector.result === 'ignored') expect(read()).toBeUndefined();
    else if (vector.laterReleases === 'ok')
      expect(toPlainObject(read() as ServiceMessage)).toMatchObject({ connectionId: 'c', type: 2 });
    else expect(read).toThrow('wrong type');
  },
);

test('many messages are written at once and read from chunks of any size', () => {
  const writer = new ServiceMessageWriter();
  const payload = Buffer.alloc(70_000, 7);
  for (let i = 0; i < 5; i++)
    writer.write({ type: 6, connectionId: `c${i}`, payload: i === 3 ? payload : 'hé' });
  const bytes = writer.take();
  expect(writer.length).toBe(0);
  for (const size of [1, 3, 1000, bytes.length]) {
    const reader = new FrameReader();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size)
      reader.read(bytes.subarray(at, at + size), (f) => frames.push(f));
    const messages = frames.map(
      (frame) => readServiceMessage(frame) as ServiceMessage & { payload: Uint8Array },
    );
    expect(messages.map((message) => message.payload.length)).toEqual([3, 3, 3, 70_000, 3]);
    expect(Buffer.from((messages[3] as { payload: Uint8Array }).payload).equals(payload)).toBe(
      true,
    );
  }
});

test.each([0, 300, 70_000])(
  'a message that cannot be written leaves nothing behind (%s bytes wait)',
  (size) => {
    const writer = new ServiceMessageWriter();
    const message: ServiceMessage = { type: 6, connectionId: 'c', payload: Buffer.alloc(size) };
    writer.write(message);
    const { length } = writer;
    const broken = { type: 6, connectionId: 'x'.repeat(size), payload: undefined };
    expect(() => writer.write(broken as unknown as ServiceMessage)).toThrow(TypeError);
    expect(writer.length).toBe(length);
    writer.write(message);
    expect(framesOf(writer.take())).toHaveLength(2);
  },
);
