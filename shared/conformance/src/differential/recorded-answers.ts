import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import type { Case } from './case.ts';
import { createCase, isExclusive } from './grammars.ts';
import { patient } from './play/channel.ts';
import { playCase } from './play/play-case.ts';
import type { RemoteServer } from './play/remote-server.ts';
import { runInLanes } from './run-in-lanes.ts';

/** The answers of ASP.NET Core to some cases of one seed. */
export interface RecordedAnswers {
  readonly seed: number;
  /** The answers by the number of the case. */
  readonly answers: ReadonlyMap<number, readonly string[]>;
}

interface RecordingFile {
  readonly seed: number;
  /** A hash of the generated cases. */
  readonly cases: string;
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

const FILE = fileURLToPath(new URL('../../recordings-differential.br', import.meta.url));

function hashCases(seed: number, numbers: readonly number[]): string {
  const cases = numbers.map((number) => createCase(seed, number));
  return createHash('sha256').update(JSON.stringify(cases)).digest('hex');
}

/** Reads the recorded answers. Throws if the grammars have changed since the recording. */
export function readRecordedAnswers(): RecordedAnswers {
  const text = brotliDecompressSync(readFileSync(FILE)).toString('utf8');
  const { seed, cases, answers } = JSON.parse(text) as RecordingFile;
  const byNumber = new Map(
    Object.entries(answers).map(([number, lines]) => [Number(number), lines]),
  );
  if (hashCases(seed, [...byNumber.keys()]) !== cases) {
    throw new Error(
      'The grammars generate other cases than those that were recorded. Start the ASP.NET Core server, then run npm run differential -- --record --expected URL.',
    );
  }
  return { seed, answers: byNumber };
}

/**
 * Records the answers of ASP.NET Core to the first cases of a seed. Cases that it answers in two
 * ways are left out, because their answers depend on timing. Returns the number of recorded cases.
 */
export async function recordAnswers(
  server: RemoteServer,
  seed: number,
  count: number,
  lanes: number,
): Promise<number> {
  const answers: Record<string, readonly string[]> = {};
  async function record(test: Case): Promise<void> {
    const lines = await playCase(server, test, patient);
    const again = await playCase(server, test, patient);
    if (lines.join('\n') === again.join('\n')) answers[test.index] = lines;
  }
  const cases = Array.from({ length: count }, (_, i) => createCase(seed, i));
  await runInLanes(
    cases.filter((test) => !isExclusive(test)),
    lanes,
    record,
  );
  await runInLanes(cases.filter(isExclusive), 1, record);
  const numbers = Object.keys(answers).map(Number);
  const file: RecordingFile = { seed, cases: hashCases(seed, numbers), answers };
  writeFileSync(FILE, brotliCompressSync(JSON.stringify(file)));
  return numbers.length;
}
