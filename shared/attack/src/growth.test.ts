import { expect, test } from 'vitest';
import { isSuperlinear, measureGrowth } from './fuzzing/measure-growth.ts';
import { parsers } from './parsers.ts';

test.each(parsers.map((parser) => [parser.name, parser] as const))(
  'the time of the parser %s grows linearly with the size of the input',
  async (_name, parser) => {
    const superlinear = (await measureGrowth(parser)).filter(isSuperlinear);
    expect(superlinear).toEqual([]);
  },
);

test('a parser that takes quadratic time is found', async () => {
  const quadratic = {
    ...parsers[0]!,
    sizes: [300, 2400] as const,
    growing: { 'the letter a': (size: number) => [Buffer.alloc(size, 97)] },
    start: () => ({
      parse([chunk = Buffer.alloc(0)]: readonly Buffer[]) {
        let sum = 0;
        for (const a of chunk) for (const b of chunk) sum += a ^ b;
        return String(sum);
      },
    }),
  };
  expect((await measureGrowth(quadratic)).map(isSuperlinear)).toEqual([true]);
});
