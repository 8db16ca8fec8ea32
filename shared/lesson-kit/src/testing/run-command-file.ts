import { pathToFileURL } from 'node:url';

/** What a command prints, and its exit code. */
export interface CommandOutcome {
  readonly output: string;
  readonly code: number;
}

let runs = 0;

/**
 * Runs the file of a command in this process, because a process for each run takes half a second of
 * CPU time. Another command must not run at the same time.
 * @param file the path of the file, which waits until the command has ended.
 * @example const { output, code } = await runCommandFile(file, '--help');
 */
export async function runCommandFile(file: string, ...args: string[]): Promise<CommandOutcome> {
  const { argv, exitCode, stdout } = process;
  const { log, error } = console;
  const write: unknown = Reflect.get(stdout, 'write');
  let output = '';
  const print = (text: string): void => {
    output += `${text}\n`;
  };
  console.log = print;
  console.error = print;
  stdout.write = (text) => {
    output += String(text);
    return true;
  };
  process.argv = [process.execPath, file, ...args];
  process.exitCode = 0;
  runs++;
  try {
    await import(`${pathToFileURL(file).href}?run=${runs}`);
    return { output, code: Number(process.exitCode) };
  } finally {
    process.argv = argv;
    process.exitCode = exitCode;
    Object.assign(stdout, { write });
    Object.assign(console, { log, error });
  }
}
