import {
  FrameReader,
  readServiceMessage,
  writeServiceMessage,
} from '@practical-signalr/azure/service-protocol';
import { documentedCode } from '../fuzzing/documented-codes.ts';
import type { FuzzedParser } from '../fuzzing/fuzzed-parser.ts';

const openConnection = (claims: number): Uint8Array =>
  writeServiceMessage({
    type: 4,
    connectionId: 'c',
    claims: Array.from({ length: claims }, () => ['a', 'b'] as const),
    headers: new Map([['H', ['v']]]),
    queryString: '?',
    ext: { protocol: 'json' },
  });

/** Returns a frame with an array of one value, which the reader must skip. */
function frame(body: Buffer): readonly Buffer[] {
  const { length } = body;
  const prefix = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, (length >> 14) & 0x7f];
  return [Buffer.concat([Buffer.from(prefix), body])];
}

/** The frames that Azure SignalR Service sends to a server. */
export const azureFrameParser: FuzzedParser = {
  name: 'azure',
  description: 'frames of Azure SignalR Service',
  inputsInTest: 4000,
  sizes: [8000, 64_000],
  growing: {
    'many claims': (size) => [Buffer.from(openConnection(size / 4))],
    'many frames': (size) => [Buffer.concat(Array<Buffer>(size / 4).fill(Buffer.of(2, 0x91, 3)))],
    'a frame in chunks of a byte': (size) =>
      [...openConnection(size / 4)].map((byte) => Buffer.of(byte)),
    'deep nesting': (size) =>
      frame(Buffer.concat([Buffer.from('9406a163c401018163', 'hex'), Buffer.alloc(size, 0x91)])),
  },
  start: () => ({
    parse(chunks) {
      let count = 0;
      const reader = new FrameReader();
      try {
        for (const chunk of chunks)
          reader.read(chunk, (bytes) => {
            if (readServiceMessage(bytes) !== undefined) count++;
          });
      } catch (error) {
        return documentedCode(error);
      }
      return count === 0 ? 'nothing' : 'messages';
    },
  }),
};
