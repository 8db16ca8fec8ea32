import { expect, test } from 'vitest';
import { fuzz } from './fuzzing/fuzz.ts';
import { parsers } from './parsers.ts';

test.each(parsers.map((parser) => [parser.name, parser] as const))(
  'the parser %s refuses invalid input with documented errors only',
  async (_name, parser) => {
    const { inputs, outcomes } = await fuzz(parser, 1, { inputs: parser.inputsInTest });
    expect(inputs).toBe(parser.inputsInTest);
    // The inputs must reach more than the first check of the parser.
    expect(Object.keys(outcomes).length).toBeGreaterThan(1);
  },
);

test('the same seed gives the same inputs, and a fault is reported with the input', async () => {
  const inputs: string[][] = [[], [], []];
  const recording = (list: string[]) => ({
    ...parsers[0]!,
    start: () => ({
      parse(chunks: readonly Buffer[]) {
        list.push(chunks.map((chunk) => chunk.toString('hex')).join(' '));
        if (list.length > 100) throw new TypeError('fault');
        return 'ok';
      },
    }),
  });
  for (const [i, list] of inputs.entries())
    await expect(fuzz(recording(list), i === 2 ? 8 : 7, { inputs: 200 })).rejects.toThrow(
      new RegExp(`failed with seed ${i === 2 ? 8 : 7} for the chunks .*: TypeError: fault`),
    );
  expect(inputs[0]).toEqual(inputs[1]);
  expect(inputs[0]).not.toEqual(inputs[2]);
});

test('an error that nobody catches ends the fuzzer', async () => {
  const parser = {
    ...parsers[0]!,
    start: () => ({
      parse() {
        void Promise.reject(new Error('lost'));
        return 'ok';
      },
    }),
  };
  await expect(fuzz(parser, 1, { inputs: 1 })).rejects.toThrow('not caught: Error: lost');
});

test('a parser that keeps its inputs is found', async () => {
  const kept: Buffer[] = [];
  const parser = {
    ...parsers[0]!,
    start: () => ({
      parse() {
        kept.push(Buffer.alloc(300_000));
        return 'ok';
      },
    }),
  };
  await expect(fuzz(parser, 1, { inputs: 200 })).rejects.toThrow(/keeps \d+ bytes/);
});
