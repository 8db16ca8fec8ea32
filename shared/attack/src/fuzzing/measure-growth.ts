import type { FuzzedParser } from './fuzzed-parser.ts';

/** How the time of a parser grows with a kind of input. */
export interface Growth {
  readonly parser: string;
  readonly kind: string;
  /** The time for the large input, divided by the time for the small one. */
  readonly factor: number;
  /** The size of the large input, divided by the size of the small one. */
  readonly sizes: number;
}

/**
 * The maximum number of repetitions of each measurement. The shortest time is the one with the
 * least disturbance, so more of them are needed only while the time seems to grow too fast.
 */
const ROUNDS = 12;

/** Returns the processor time of this process in µs. Windows counts it in steps of 16 ms. */
function processorTime(): number {
  if (process.platform === 'win32') return performance.now() * 1000;
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Measures for each kind of input how the processor time of a parser grows with its size. */
export async function measureGrowth(parser: FuzzedParser): Promise<Growth[]> {
  const [small, large] = parser.sizes;
  const started = await parser.start();
  const measure = async (chunks: readonly Buffer[]): Promise<number> => {
    const start = processorTime();
    await started.parse(chunks);
    return Math.max(1, processorTime() - start);
  };
  const growths: Growth[] = [];
  try {
    for (const [kind, create] of Object.entries(parser.growing)) {
      const inputs = [create(small), create(large)] as const;
      const shortest: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      let growth: Growth | undefined;
      // The first rounds also compile the code.
      for (let round = 1; round <= ROUNDS; round++) {
        for (const i of [0, 1] as const)
          shortest[i] = Math.min(shortest[i], await measure(inputs[i]));
        const factor = shortest[1] / shortest[0];
        growth = { parser: parser.name, kind, factor, sizes: large / small };
        if (round > 2 && !isSuperlinear(growth)) break;
      }
      if (growth !== undefined) growths.push(growth);
    }
  } finally {
    await started.close?.();
  }
  return growths;
}

/**
 * Returns whether the time grows much faster than the size: with a factor of 8 between the sizes,
 * quadratic time grows by 64.
 */
export function isSuperlinear({ factor, sizes }: Growth): boolean {
  return factor > sizes * 4;
}
