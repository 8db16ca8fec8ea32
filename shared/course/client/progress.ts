/** What the user has done in one lesson. */
export interface Progress {
  readonly run: boolean;
  /** Positions in the README, starting at 0. */
  readonly experiments: readonly number[];
  readonly questions: readonly number[];
}

export type Task = 'experiments' | 'questions';

const KEY = 'practical-signalr.progress';
const nothing: Progress = { run: false, experiments: [], questions: [] };
const listeners = new Set<() => void>();

/** Returns the progress in a lesson that this browser has stored. */
export const progressOf = (lesson: number): Progress => read()[lesson] ?? nothing;

export function markRun(lesson: number): void {
  if (!progressOf(lesson).run) write({ ...read(), [lesson]: { ...progressOf(lesson), run: true } });
}

export function mark(lesson: number, task: Task, position: number, done: boolean): void {
  const before = progressOf(lesson);
  const rest = before[task].filter((each) => each !== position);
  write({
    ...read(),
    [lesson]: { ...before, [task]: done ? [...rest, position].sort((a, b) => a - b) : rest },
  });
}

export function forgetProgress(): void {
  write({});
}

/** Registers a listener for changes in this tab and in other tabs. */
export function onProgress(changed: () => void): void {
  listeners.add(changed);
}
globalThis.addEventListener?.('storage', (event) => event.key === KEY && notify());

const notify = (): void => listeners.forEach((changed) => changed());

/** Used if the browser stores nothing. */
let inMemory = '{}';

function write(all: Record<number, Progress>): void {
  inMemory = JSON.stringify(all);
  try {
    localStorage.setItem(KEY, inMemory);
  } catch {
    // A private window or a full store. The progress is lost when the page closes.
  }
  notify();
}

function read(): Record<number, Progress> {
  let text = inMemory;
  try {
    text = localStorage.getItem(KEY) ?? inMemory;
  } catch {
    // The store is not available.
  }
  return parseProgress(text);
}

/** Parses stored progress. Ignores values that are not valid. */
export function parseProgress(text: string): Record<number, Progress> {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof all !== 'object' || all === null) return {};
  const entries = Object.entries(all as Record<string, Partial<Progress> | null>);
  return Object.fromEntries(
    entries
      .filter(([lesson]) => /^[1-9]\d?$/.test(lesson))
      .map(([lesson, kept]) => [
        lesson,
        {
          run: kept?.run === true,
          experiments: positions(kept?.experiments),
          questions: positions(kept?.questions),
        },
      ]),
  );
}

const positions = (kept: unknown): number[] =>
  Array.isArray(kept)
    ? kept.filter((each) => Number.isInteger(each) && each >= 0 && each < 100)
    : [];
