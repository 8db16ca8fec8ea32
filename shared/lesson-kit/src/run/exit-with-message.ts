/** Ends a start script that cannot do its work: one sentence, no stack. */
export function exitWithMessage(error: Error): never {
  console.error(error.message);
  process.exit(1);
}
