import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** What a lookup knows of the machine; for tests, each has its default. */
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

/** The path of a command on the PATH, on Windows with an ending of `PATHEXT`; undefined where it is missing. */
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
