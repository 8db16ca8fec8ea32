import { spawn } from 'node:child_process';
import { errorTexts } from '../error-texts.ts';
import { killAtExit } from './child-processes.ts';

/** How much of the output is kept for error messages. */
const MAX_OUTPUT_LENGTH = 2000;

/**
 * Runs a command to its end, and returns what it printed to the standard output.
 * @throws Error with the end of its output, if it fails
 */
export function runCommandLine(command: readonly string[], folder: string): Promise<string> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    killAtExit(child);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-MAX_OUTPUT_LENGTH);
    });
    child.once('error', (error) => reject(error));
    child.once('close', (code) => {
      if (code === 0) return resolve(output);
      const text = (errors.trim() === '' ? output.slice(-MAX_OUTPUT_LENGTH) : errors).trim();
      return reject(new Error(errorTexts.commandFailed(command.join(' '), text)));
    });
  });
}
