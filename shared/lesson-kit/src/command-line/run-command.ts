import { type Command, CommanderError } from 'commander';

/**
 * Parses `args` and runs the action of `command`. Arguments that the command does not accept are
 * reported in one sentence, the exit code is 1, and the action does not run.
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    reportError(error, command);
  }
}

/**
 * Parses `args` without running an action. A process whose arguments are wrong reports them in one
 * sentence and exits with code 1.
 */
export function parseOrExit(command: Command, args: readonly string[]): Command {
  try {
    return command.parse(args, { from: 'user' });
  } catch (error) {
    reportError(error, command);
    process.exit();
  }
}

/**
 * Prints why a command did not run, and sets the exit code. Printing the help on request is not an
 * error.
 */
function reportError(error: unknown, command: Command): void {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return;
  console.error(describeUsageError(error, command));
  process.exitCode = 1;
}

/** Returns what is wrong with the arguments of a command, in one sentence. */
export function describeUsageError(error: CommanderError, command: Command): string {
  const name = command.name();
  const usage = `${name} ${command.usage()}`;
  const [, quoted = ''] = /'([^']*)'/.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.unknownOption':
      return `Unknown option '${quoted}' for ${name} (available: ${optionNames(command)}).`;
    case 'commander.excessArguments': {
      const unexpected = command.args[command.registeredArguments.length];
      return `Unexpected argument '${unexpected}' for ${name} (usage: ${usage}).`;
    }
    case 'commander.missingArgument':
      return `The argument <${quoted}> is missing (usage: ${usage}).`;
    case 'commander.optionMissingArgument':
      return `The option '${quoted}' of ${name} needs a value.`;
    case 'commander.invalidArgument':
      return describeInvalidValue(error.message);
    default:
      return sentence(error.message);
  }
}

function optionNames(command: Command): string {
  const names = command.options.map(({ long }) => long);
  return [...names, '--help'].join(', ');
}

/** Returns which value of an option is invalid, and which values are valid. */
function describeInvalidValue(message: string): string {
  const [, option, value, reason = ''] =
    /^error: option '(--[\w-]+).*' argument '(.*)' is invalid\. (.*)$/s.exec(message) ?? [];
  if (option === undefined) return sentence(message);
  const advice = reason.replace(/^Allowed choices are/, 'Choose from:');
  return `The value '${value}' of ${option} is invalid. ${advice}`;
}

/** Returns a message of commander as a sentence: `error: option …` becomes `Option …`. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
