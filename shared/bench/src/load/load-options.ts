/** The options of the load generator in TypeScript. They are those of the one in C. */
export interface LoadGeneratorOptions {
  readonly mode: string;
  readonly path: string;
  readonly ports: readonly number[];
  readonly pids: readonly number[];
  readonly clients: number;
  readonly window: number;
  readonly depth: number;
  readonly groups: number;
  readonly count: number;
  readonly seconds: number;
  readonly hold: number;
  /** The longest time that a run may take, in seconds. */
  readonly limit: number;
  readonly negotiates: boolean;
  readonly streamMethod: string;
}

/**
 * Reads the options that the benchmark passes to a load generator.
 * @param words names and values, for example `--mode`, `echo`
 */
export function readLoadOptions(words: readonly string[]): LoadGeneratorOptions {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < words.length; i += 2) {
    const name = (words[i] as string).slice(2);
    values.set(name, [...(values.get(name) ?? []), words[i + 1] as string]);
  }
  const text = (name: string, otherwise: string): string => values.get(name)?.[0] ?? otherwise;
  const number = (name: string, otherwise: number): number => Number(text(name, String(otherwise)));
  const numbers = (name: string): number[] => (values.get(name) ?? []).map(Number);
  return {
    mode: text('mode', 'echo'),
    path: text('path', '/bench'),
    ports: numbers('port'),
    pids: numbers('pid'),
    clients: number('clients', 100),
    window: number('window', 32),
    depth: number('depth', 1),
    groups: number('groups', 100),
    count: number('count', 1000),
    seconds: number('seconds', 2),
    hold: number('hold', 0),
    limit: number('limit', 60),
    negotiates: number('negotiate', 1) === 1,
    streamMethod: text('stream-method', 'Stream'),
  };
}
