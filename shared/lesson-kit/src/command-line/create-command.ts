import { Command } from 'commander';

/**
 * Creates a command that follows the conventions of this repository: `--help` prints one line per
 * option, and unknown options and stray arguments are refused. Run it with {@link runCommand}.
 * @param name what the user types, for example `npm run lesson`
 * @param usage what follows the name, for example `<number> [-- options]`
 * @example
 * const command = createCommand('npm start', '[-- options]', 'Starts the course home.');
 * command.option('--no-open', 'do not open a browser').action(({ open }) => start(open));
 * await runCommand(command, process.argv.slice(2));
 */
export function createCommand(name: string, usage: string, description: string): Command {
  return new Command(name)
    .usage(usage)
    .description(description)
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureHelp({
      helpWidth: 200, // keeps each option on one line
      optionDescription: ({ description, defaultValue }) =>
        typeof defaultValue === 'string' || typeof defaultValue === 'number'
          ? `${description} (default: ${defaultValue})`
          : description,
    })
    .configureOutput({ outputError: () => undefined }) // runCommand prints the message
    .exitOverride();
}
