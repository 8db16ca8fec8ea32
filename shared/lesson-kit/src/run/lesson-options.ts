import type { TransportName } from '@practical-signalr/server';
import { type Command, InvalidArgumentError } from 'commander';
import { createCommand, parseOrExit } from '../command-line/index.ts';

/** The options of a lesson's command line. */
export interface LessonOptions {
  /** Serve the page that `npm run build` created. Default: the sources, with hot reload. */
  readonly production?: true;
  /** Comma-separated transports that negotiation offers. Default: all. */
  readonly transports?: string;
  /** Refuse WebSockets with status 403, as some proxies do. */
  readonly blockUpgrade?: true;
}

const transports = new Map<string, TransportName>([
  ['ws', 'WebSockets'],
  ['sse', 'ServerSentEvents'],
  ['lp', 'LongPolling'],
]);

/** Declares the options of a lesson on a command, and returns the command. */
export function addLessonOptions(command: Command): Command {
  return command
    .option('--production', 'serve the page that npm run build created')
    .option('--transports <names>', 'transports to offer, for example sse,lp (lesson 2)', checked)
    .option('--block-upgrade', 'refuse WebSockets, as some proxies do (lesson 2)');
}

/** Returns the arguments that give a lesson these options. */
export function lessonArguments(options: LessonOptions): string[] {
  const args = options.production === true ? ['--production'] : [];
  if (options.transports !== undefined) args.push('--transports', options.transports);
  if (options.blockUpgrade === true) args.push('--block-upgrade');
  return args;
}

/** Returns the options of this process. Exits with code 1 and a message if they are not valid. */
export function readLessonOptions(args: readonly string[] = process.argv.slice(2)): LessonOptions {
  const command = createCommand('the lesson', '[options]', 'Runs this lesson until Ctrl-C.');
  return parseOrExit(addLessonOptions(command), args).opts<LessonOptions>();
}

/** Returns the transports that the value of `--transports` names. Default: all. */
export function transportNames(text = [...transports.keys()].join()): TransportName[] {
  return text.split(',').flatMap((name) => transports.get(name) ?? []);
}

function checked(text: string): string {
  if (text.split(',').every((name) => transports.has(name))) return text;
  throw new InvalidArgumentError(
    `Use one or more of ${[...transports.keys()].join(', ')}, separated by commas.`,
  );
}
