export { createCommand } from './create-command.ts';
export { parseOrExit, runCommand } from './run-command.ts';
export { wholeNumber } from './whole-number.ts';
