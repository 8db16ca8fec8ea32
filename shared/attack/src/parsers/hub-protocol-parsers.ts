import {
  type HubMessage,
  type HubProtocol,
  HandshakeReader,
  JsonHubProtocol,
  MessagePackHubProtocol,
  RECORD_SEPARATOR,
} from '@practical-signalr/protocol';
import { documentedCode } from '../fuzzing/documented-codes.ts';
import type { FuzzedParser, StartedParser } from '../fuzzing/fuzzed-parser.ts';
import { checkPrototype } from './check-prototype.ts';

/**
 * The maximum size of a message, in bytes. It is above the largest input, so that limits do not
 * hide a slow parser.
 */
const MAXIMUM_SIZE = 4 * 1024 * 1024;

function startProtocol(protocol: HubProtocol): StartedParser {
  return {
    parse(chunks) {
      const reader = protocol.createReader(MAXIMUM_SIZE);
      const messages: HubMessage[] = [];
      try {
        for (const chunk of chunks) reader.read(chunk, (message) => messages.push(message));
      } catch (error) {
        return documentedCode(error);
      }
      for (const message of messages) checkPrototype(message);
      return messages.length === 0 ? 'nothing' : 'messages';
    },
  };
}

const single = (text: string): readonly Buffer[] => [Buffer.from(text)];
/** Returns a text in chunks of one byte. */
const bytewise = (text: string): readonly Buffer[] =>
  [...Buffer.from(text)].map((byte) => Buffer.of(byte));
const invocation = (argument: string): string =>
  `{"type":1,"target":"m","arguments":[${argument}]}${RECORD_SEPARATOR}`;
/** Returns a MessagePack invocation of `m` with these arguments. */
function packedInvocation(count: number, items: Buffer): readonly Buffer[] {
  const head = Buffer.from([0x96, 0x01, 0x80, 0xc0, 0xa1, 0x6d, 0xdc, count >> 8, count & 0xff]);
  const body = Buffer.concat([head, items, Buffer.of(0x90)]);
  return [lengthPrefix(body.length), body];
}

function lengthPrefix(length: number): Buffer {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest > 127 ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 127) return Buffer.from(bytes);
  }
}

const jsonParser: FuzzedParser = {
  name: 'json',
  description: 'messages of the JSON hub protocol',
  inputsInTest: 4000,
  sizes: [6000, 48_000],
  growing: {
    'a long string': (size) => single(invocation(`"${'a'.repeat(size)}"`)),
    'many escapes': (size) => single(invocation(`"${'\\u0041'.repeat(size / 6)}"`)),
    'many numbers': (size) => single(invocation(`${'1,'.repeat(size / 2)}1`)),
    'a long number': (size) => single(invocation('1'.repeat(size))),
    'many members': (size) => single(invocation(`{${'"a":1,'.repeat(size / 6)}"b":2}`)),
    'unknown members': (size) =>
      single(`{${'"x":[],'.repeat(size / 7)}"type":6}${RECORD_SEPARATOR}`),
    'deep nesting': (size) => single(invocation('['.repeat(size))),
    whitespace: (size) => single(invocation(' '.repeat(size))),
    'many messages': (size) => single(`{"type":6}${RECORD_SEPARATOR}`.repeat(size / 11)),
    'a message in chunks of a byte': (size) => bytewise(invocation(`"${'a'.repeat(size)}"`)),
    'a message that does not end': (size) => bytewise(`"${'\\'.repeat(size)}`),
  },
  start: () => startProtocol(new JsonHubProtocol()),
};

const messagePackParser: FuzzedParser = {
  name: 'messagepack',
  description: 'messages of the MessagePack hub protocol',
  inputsInTest: 4000,
  sizes: [7000, 56_000],
  growing: {
    'many numbers': (size) => packedInvocation(size, Buffer.alloc(size, 0x01)),
    'many empty maps': (size) => packedInvocation(size, Buffer.alloc(size, 0x80)),
    'deep nesting': (size) => packedInvocation(1, Buffer.alloc(size, 0x91)),
    'a long string': (size) =>
      packedInvocation(
        1,
        Buffer.concat([Buffer.of(0xda, size >> 8, size & 0xff), Buffer.alloc(size, 0x61)]),
      ),
    'many messages': (size) => [Buffer.concat(Array<Buffer>(size / 4).fill(Buffer.of(2, 0x91, 6)))],
    'a message in chunks of a byte': (size) =>
      packedInvocation(size, Buffer.alloc(size, 0x01)).flatMap((part) =>
        [...part].map((byte) => Buffer.of(byte)),
      ),
  },
  start: () => startProtocol(new MessagePackHubProtocol()),
};

const handshakeParser: FuzzedParser = {
  name: 'handshake',
  description: 'the handshake of a client',
  inputsInTest: 4000,
  sizes: [6000, 48_000],
  growing: {
    'a long name': (size) => single(`{"protocol":"${'a'.repeat(size)}","version":1}\u001e`),
    'unknown members': (size) => single(`{${'"x":[],'.repeat(size / 7)}"version":1}\u001e`),
    'deep nesting': (size) => single(`{"x":${'['.repeat(size)}\u001e`),
    whitespace: (size) => single(`{${' '.repeat(size)}}\u001e`),
    'chunks of a byte': (size) => bytewise(`{"protocol":"${'a'.repeat(size)}`),
  },
  start: () => ({
    parse(chunks) {
      const reader = new HandshakeReader(MAXIMUM_SIZE);
      try {
        for (const chunk of chunks) {
          const result = reader.read(chunk);
          if (result !== undefined) return 'handshake';
        }
      } catch (error) {
        return documentedCode(error);
      }
      return 'nothing';
    },
  }),
};

/** The parsers of the package `protocol`. */
export const hubProtocolParsers: readonly FuzzedParser[] = [
  jsonParser,
  messagePackParser,
  handshakeParser,
];
