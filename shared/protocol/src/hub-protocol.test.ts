import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextEncoder } from './text-encoding.ts';
import {
  type HubMessage,
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
  MessageType,
  ProtocolError,
} from './index.ts';

const LIMIT = 4096;
const json = new JsonHubProtocol();
const messagePack = new MessagePackHubProtocol();

interface Outcome {
  readonly messages: readonly HubMessage[];
  /** The class of the error that ended reading. */
  readonly error: string | undefined;
}

/**
 * Reads until something is thrown, which may be only what the interface says. Stops behind each
 * message if `stops` is true, and behind the message in which `maximum` bytes are exceeded.
 */
function read(
  protocol: HubProtocol,
  pieces: readonly Uint8Array[],
  stops = false,
  maximum?: number,
): Outcome {
  const messages: HubMessage[] = [];
  const reader = protocol.createReader(LIMIT);
  const onMessage = (message: HubMessage): boolean => {
    messages.push(message);
    return !stops;
  };
  try {
    for (const piece of pieces) {
      let rest: string | Uint8Array | undefined = piece;
      while (rest !== undefined) rest = reader.read(rest, onMessage, maximum) ?? undefined;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { messages, error: error.constructor.name };
  }
  return { messages, error: undefined };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function join(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const all = parts.map((part) =>
    typeof part === 'string' ? new TextEncoder().encode(part) : part,
  );
  const bytes = new Uint8Array(all.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
// The member is removed in JSON and refused in MessagePack, each with a test of its own.
const jsonValue = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value): unknown => JSON.parse(JSON.stringify(value))); // -0 is 0 in both encodings
const binaryValue = fc.oneof(
  jsonValue,
  fc.uint8Array({ maxLength: 40 }),
  fc.date({ noInvalidDate: true }),
);

function message(value: fc.Arbitrary<unknown>): fc.Arbitrary<HubMessage> {
  const args = fc.array(value, { maxLength: 4 });
  const streamIds = fc.option(fc.array(id, { minLength: 1, maxLength: 2 }), { nil: undefined });
  const call = { target: id, arguments: args, streamIds };
  const type = <T extends number>(number: T): fc.Arbitrary<T> => fc.constant(number);
  return fc.oneof(
    fc.record({
      type: type(MessageType.Invocation),
      invocationId: fc.option(id, { nil: undefined }),
      ...call,
    }),
    fc.record({ type: type(MessageType.StreamInvocation), invocationId: id, ...call }),
    fc.record({ type: type(MessageType.StreamItem), invocationId: id, item: value }),
    fc.record({
      type: type(MessageType.Completion),
      invocationId: id,
      hasResult: fc.constant(true),
      result: value,
    }),
    fc.record({
      type: type(MessageType.Completion),
      invocationId: id,
      hasResult: fc.constant(false),
      error: text,
    }),
    fc.record({
      type: type(MessageType.Completion),
      invocationId: id,
      hasResult: fc.constant(false),
    }),
    fc.record({ type: type(MessageType.CancelInvocation), invocationId: id }),
    fc.record({ type: type(MessageType.Ping) }),
    fc.record({
      type: type(MessageType.Close),
      error: fc.option(text, { nil: undefined }),
      allowReconnect: fc.constant(true),
    }),
    fc.record({ type: type(MessageType.Ack), sequenceId: fc.maxSafeNat() }),
    fc.record({ type: type(MessageType.Sequence), sequenceId: fc.maxSafeNat() }),
  );
}

describe.each<[string, HubProtocol, fc.Arbitrary<HubMessage>]>([
  ['json', json, message(jsonValue)],
  ['messagepack', messagePack, message(binaryValue)],
])('%s', (_name, protocol, messages) => {
  const list = fc.array(messages, { minLength: 1, maxLength: 6 });

  test('written messages are read again, in chunks of any size', () => {
    fc.assert(
      fc.property(list, sizes, (sent, pieces) => {
        const bytes = join(sent.map((one) => protocol.writeMessage(one)));
        // Written JSON may have escapes in the target, which only the reader reports.
        const { messages: received, error } = read(protocol, cut(bytes, pieces));
        const messages = received.map((one) => ({ ...one, hasEscapedTarget: undefined }));
        expect({ messages, error }).toEqual({ messages: sent, error: undefined });
      }),
      { numRuns: 300 },
    );
  });

  test('random bytes result in messages or a ProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (bytes, pieces) => {
        read(protocol, cut(bytes, pieces));
      }),
      { numRuns: 2000 },
    );
  });

  test('messages with changed bytes result in messages or a ProtocolError', () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(
        list,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        sizes,
        (sent, changes, pieces) => {
          const bytes = join(sent.map((one) => protocol.writeMessage(one)));
          for (const { at, to } of changes) bytes[at % bytes.length] = to;
          read(protocol, cut(bytes, pieces));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('json: the chunks do not change the messages', () => {
  const record = fc.oneof(
    fc.json(),
    text,
    message(jsonValue).map((one) => json.writeMessage(one).slice(0, -1)),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), sizes, (records, pieces) => {
      const bytes = join([records.join('\u001e')]);
      expect(read(json, cut(bytes, pieces))).toEqual(read(json, [bytes]));
      expect(read(json, cut(bytes, pieces), true, 9)).toEqual(read(json, [bytes]));
    }),
    { numRuns: 500 },
  );
});

test('messagepack: the chunks do not change the messages', () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    message(binaryValue).map((one) => messagePack.writeMessage(one)),
  );
  fc.assert(
    fc.property(fc.array(body, { maxLength: 5 }), sizes, (bodies, pieces) => {
      const bytes = join(bodies);
      expect(read(messagePack, cut(bytes, pieces))).toEqual(read(messagePack, [bytes]));
      expect(read(messagePack, cut(bytes, pieces), true, 9)).toEqual(read(messagePack, [bytes]));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['json', json, '{"type":99}\u001e'],
  ['messagepack', messagePack, Uint8Array.of(2, 0x91, 99)],
])('%s: messages of unknown types count for the maximum', (_name, protocol, unknown) => {
  const bytes = join([unknown, unknown, unknown]);
  const rest = protocol.createReader(LIMIT).read(bytes, () => undefined, unknown.length + 1);
  expect(rest).toHaveLength(unknown.length);
});

test('the receiver of a message gets its size', () => {
  const sizeOf = (protocol: HubProtocol): number[] => {
    const sizes: number[] = [];
    const item = { type: MessageType.StreamItem, invocationId: '1', item: 'é' } as const;
    protocol.createReader(LIMIT).read(protocol.writeMessage(item), (_, size) => sizes.push(size));
    return sizes;
  };
  expect(sizeOf(json)).toEqual(['{"type":2,"invocationId":"1","item":"é"}'.length]);
  expect(sizeOf(messagePack)).toEqual([1 + 1 + 1 + 2 + 3]);
});
