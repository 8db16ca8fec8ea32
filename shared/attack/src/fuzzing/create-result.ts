import type { Result } from '@practical-signalr/stress';
import type { FuzzResult } from './fuzz.ts';
import type { FuzzedParser } from './fuzzed-parser.ts';

/** Returns the row of a run without a fault in the table of measured results. */
export function createResult(
  { name, description }: Pick<FuzzedParser, 'name' | 'description'>,
  { seed, inputs, outcomes }: FuzzResult,
  seconds: number,
): Result {
  const kinds = Object.keys(outcomes).length;
  return {
    area: 'inputs',
    check: `${name}: ${description}`,
    tried: `${inputs.toLocaleString('en')} inputs in ${seconds} s`,
    outcome: `no fault; ${kinds.toLocaleString('en')} different documented outcomes`,
    violations: 0,
    command: `npm run fuzz -- --parser ${name} --seconds ${seconds} --seed ${seed}`,
  };
}
