import type { Case, Step } from '../case.ts';

interface DataObject {
  readonly [key: string]: Data;
}

/** The plain data that is made smaller: steps, records and trees. */
type Data = null | boolean | number | string | readonly Data[] | DataObject;

/** Yields every list with fewer items: halves first, then without each item. */
function* shorten<T>(list: readonly T[]): Generator<readonly T[]> {
  const half = list.length >> 1;
  if (list.length > 3) yield list.slice(half);
  if (list.length > 3) yield list.slice(0, half);
  for (let i = 0; i < list.length; i++) yield list.toSpliced(i, 1);
}

function* shortenText(text: string): Generator<string> {
  for (let size = text.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size);
}

/** Yields shorter forms of hexadecimal bytes, each with an even number of digits. */
function* shortenBytes(hex: string): Generator<string> {
  const bytes = hex.match(/../g) ?? [];
  for (const fewer of shorten(bytes)) yield fewer.join('');
}

function* reduce(data: Data): Generator<Data> {
  if (typeof data === 'string') {
    const isHex = /^(?:[\da-f]{2})+$/.test(data);
    yield* isHex ? shortenBytes(data) : shortenText(data);
  } else if (Array.isArray(data)) {
    yield* shorten(data as readonly Data[]);
    for (const [i, item] of (data as readonly Data[]).entries())
      for (const smaller of reduce(item)) yield (data as readonly Data[]).with(i, smaller);
  } else if (typeof data === 'object' && data !== null) {
    for (const [key, value] of Object.entries(data)) {
      if (OPTIONAL.has(key))
        yield Object.fromEntries(Object.entries(data).filter(([one]) => one !== key));
      if (!FIXED.has(key))
        for (const smaller of reduce(value)) yield { ...(data as DataObject), [key]: smaller };
    }
  }
}

/** Members of steps, records and trees that can be left out. */
const OPTIONAL = new Set([
  'cuts',
  'fragments',
  'binary',
  'head',
  'count',
  'prefix',
  'end',
  'body',
  'headers',
  'wait',
  'then',
]);
/** Members that name something, so that a part of them means nothing. */
const FIXED = new Set([
  'on',
  'http',
  'ws',
  'sse',
  'learn',
  'polls',
  'protocol',
  'head',
  'closeCode',
  'answer',
]);

export interface MinimizeLimits {
  /** The maximum number of smaller cases that are tried. */
  readonly tries: number;
  /** In ms. */
  readonly time: number;
}

/** Removes parts of a case while `isSame` says that the case still shows the same difference. */
export async function minimizeCase(
  test: Case,
  isSame: (smaller: Case) => Promise<boolean>,
  limits: MinimizeLimits = { tries: 150, time: 2000 },
): Promise<Case> {
  const end = performance.now() + limits.time;
  let smallest = test;
  let tries = 0;
  for (let hasFound = true; hasFound;) {
    hasFound = false;
    for (const steps of reduce(smallest.steps as unknown as Data)) {
      if (tries >= limits.tries || performance.now() > end) return smallest;
      if (!Array.isArray(steps) || steps.length === 0) continue;
      tries++;
      const candidate = { ...smallest, steps: steps as unknown as readonly Step[] };
      // A smaller case may be incomplete, so that it cannot be written.
      const isStillSame = await isSame(candidate).catch(() => false);
      if (!isStillSame) continue;
      smallest = candidate;
      hasFound = true;
      break;
    }
  }
  return smallest;
}
