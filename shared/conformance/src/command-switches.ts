import { parseArgs } from 'node:util';
import { errorTexts } from './error-texts.ts';

/** The switches of a command by name, each with what `--help` says of it. */
type Switches<TName extends string> = Readonly<Record<TName, string>>;

/**
 * Reads the arguments of a command whose switches all have a value.
 * @returns the values given by name; undefined where `--help` was asked for, and printed with `print`
 * @throws {Error} one sentence when a switch is unknown or has no value
 * @example const values = commandSwitches('npm run twin -- [switches]', { port: 'port to listen on (5900)' }, ['--port', '80']);
 */
export function commandSwitches<TName extends string>(
  usage: string,
  switches: Switches<TName>,
  args: readonly string[],
  print: (text: string) => void = console.log,
): Partial<Record<TName, string>> | undefined {
  const names = Object.keys(switches) as TName[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  let values: Readonly<Record<string, unknown>>;
  try {
    values = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new Error(errorTexts.wrongSwitch((error as Error).message.split('. ')[0] ?? ''), {
      cause: error,
    });
  }
  if (values['help'] !== true) return values as Partial<Record<TName, string>>;
  const width = Math.max(...names.map((name) => name.length));
  print(
    [usage, '', ...names.map((name) => `  --${name.padEnd(width)}  ${switches[name]}`)].join('\n'),
  );
  return undefined;
}

/**
 * The value of a switch that is a whole number.
 * @throws {Error} one sentence when it is none, or not between `least` and `most`
 */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new Error(errorTexts.notANumber(name, text, least, most));
  return number;
}
