import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../corpus');

/**
 * Returns the inputs that are kept for a parser: valid ones of each kind, and each input that found
 * a fault. The file is a JSON array of strings, in which each character is one byte.
 */
export function readCorpus(name: string): Buffer[] {
  const inputs = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as string[];
  return inputs.map((input) => Buffer.from(input, 'latin1'));
}
