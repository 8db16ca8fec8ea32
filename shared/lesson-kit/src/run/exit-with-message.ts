/** Prints the message of an error, without its stack, and stops the process with exit code 1. */
export function exitWithMessage(error: Error): never {
  console.error(error.message);
  process.exit(1);
}
