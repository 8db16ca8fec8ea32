import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lessons/sections.ts';

/**
 * Returns the file of a package's command, so that Node runs it without a shell and without a
 * `.cmd` file.
 */
export function packageCommand(packageName: string, command: string): string {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(folder, typeof bin === 'string' ? bin : (bin[command] as string));
}
