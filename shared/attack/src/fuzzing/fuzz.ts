import { setImmediate } from 'node:timers/promises';
import { heapUsed } from './heap-used.ts';
import { readCorpus } from './corpus.ts';
import type { FuzzedParser, StartedParser } from './fuzzed-parser.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { Random } from './random.ts';

/** The number of inputs between two checks for uncaught errors and for damage to the parser. */
const CHECK_EVERY = 500;

/** The bytes that a parser may keep of all inputs together, for example in caches. */
const MAXIMUM_GROWTH = 32 * 1024 * 1024;

/** The result of fuzzing one parser. */
export interface FuzzResult {
  readonly parser: string;
  readonly seed: number;
  readonly inputs: number;
  /** The number of inputs by their outcome, for example `ok` or an error code. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** How long to fuzz: a number of inputs, or until a time in ms since 1970. */
export interface FuzzLimit {
  readonly inputs?: number;
  readonly until?: number;
}

/** An input found a fault. `cause` is the error. The message contains the input as hexadecimal. */
export class FaultFoundError extends Error {
  override readonly name = 'FaultFoundError';
}

/**
 * Parses the corpus of a parser, then random changes of it. The same seed gives the same inputs.
 * @throws {FaultFoundError} if the parser throws an error that is not documented, or damages others
 */
export async function fuzz(
  parser: FuzzedParser,
  seed: number,
  limit: FuzzLimit,
): Promise<FuzzResult> {
  const corpus = readCorpus(parser.name);
  const random = new Random(seed);
  const outcomes: Record<string, number> = {};
  const { inputs: most = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = limit;
  const started = await parser.start();
  const uncaught = watchUncaughtErrors();
  let inputs = 0;
  let heapAtStart: number | undefined;
  try {
    for (; inputs < most; inputs++) {
      if (inputs >= corpus.length && Date.now() >= until) break;
      const input = corpus[inputs] ?? mutateBytes(corpus, random);
      const outcome = await parseOne(started, cut(input, random), parser.name, seed);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (inputs % CHECK_EVERY === CHECK_EVERY - 1) await check(started, uncaught.errors);
      // The first inputs also load code and fill caches.
      if (inputs === corpus.length) heapAtStart = heapUsed();
    }
    await check(started, uncaught.errors);
    checkGrowth(parser.name, seed, heapUsed() - (heapAtStart ?? heapUsed()));
  } finally {
    uncaught.stop();
    await started.close?.();
  }
  return { parser: parser.name, seed, inputs, outcomes };
}

/** Parses one input, for example of a fault that was found before. */
async function parseOne(
  started: StartedParser,
  chunks: readonly Buffer[],
  name: string,
  seed: number,
): Promise<string> {
  try {
    return await started.parse(chunks);
  } catch (cause) {
    const hex = chunks.map((chunk) => chunk.toString('hex')).join(' ');
    throw new FaultFoundError(
      `The parser ${name} failed with seed ${seed} for the chunks ${hex}: ${String(cause)}. Add the input to its corpus, and fix the parser.`,
      { cause },
    );
  }
}

/** Cuts an input into one to four chunks. */
function cut(input: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  let rest = input;
  for (let count = random.below(4); count > 0 && rest.length > 1; count--) {
    const end = 1 + random.below(rest.length - 1);
    chunks.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  chunks.push(rest);
  return chunks;
}

async function check(started: StartedParser, uncaught: readonly unknown[]): Promise<void> {
  await started.check?.();
  // Rejections are reported after the microtasks.
  await setImmediate();
  if (uncaught.length > 0)
    throw new FaultFoundError(`An error was not caught: ${String(uncaught[0])}`, {
      cause: uncaught[0],
    });
}

/** Throws if a parser keeps memory of inputs that it has parsed. */
function checkGrowth(name: string, seed: number, growth: number): void {
  if (growth <= MAXIMUM_GROWTH) return;
  throw new FaultFoundError(
    `The parser ${name} keeps ${growth} bytes of the inputs of seed ${seed}. Look for a map, a cache or a listener without a limit.`,
  );
}

function watchUncaughtErrors(): { readonly errors: readonly unknown[]; stop(): void } {
  const errors: unknown[] = [];
  const remember = (error: unknown): void => {
    errors.push(error);
  };
  process.on('uncaughtException', remember);
  process.on('unhandledRejection', remember);
  return {
    errors,
    stop() {
      process.off('uncaughtException', remember);
      process.off('unhandledRejection', remember);
    },
  };
}
