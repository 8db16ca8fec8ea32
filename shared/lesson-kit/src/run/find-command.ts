import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** The facts about the machine that a lookup uses. Tests replace them. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly exists: (path: string) => boolean;
}

export const thisMachine: Machine = {
  platform: process.platform,
  environment: process.env,
  exists: existsSync,
};

/**
 * Returns the path of a command on the PATH, on Windows with an extension of `PATHEXT`. Returns
 * undefined if it is not installed.
 */
export function findCommand(name: string, machine: Machine = thisMachine): string | undefined {
  const { platform, environment, exists } = machine;
  const windows = platform === 'win32';
  const endings = windows ? (environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  const paths = windows ? win32 : posix;
  return (environment['PATH'] ?? environment['Path'] ?? '')
    .split(paths.delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => endings.map((ending) => paths.join(folder, name + ending.toLowerCase())))
    .find((file) => exists(file));
}
