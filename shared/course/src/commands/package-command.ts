import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lessons/sections.ts';

/** A package's command as a file for Node, so that no shell and no `.cmd` file is in between. */
export function packageCommand(packageName: string, command: string): string {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(folder, typeof bin === 'string' ? bin : (bin[command] as string));
}
