import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';

/**
 * The folder of the tools. Git ignores it. It is in the repository, so that the tools find the
 * vitest of the repository.
 */
export const toolsFolder = join(root, '.test-strength');

/**
 * Installs packages with exact versions into {@link toolsFolder}, unless they are there. They take
 * 60 MB and are rarely used, so the dependencies of the repository do not contain them.
 */
export function installTools(packages: Readonly<Record<string, string>>): void {
  const file = join(toolsFolder, 'package.json');
  const installed = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> })
        .dependencies
    : {};
  const isInstalled = Object.entries(packages).every(
    ([name, version]) =>
      installed?.[name] === version && existsSync(join(toolsFolder, 'node_modules', name)),
  );
  if (isInstalled) return;
  mkdirSync(toolsFolder, { recursive: true });
  const dependencies = { ...installed, ...packages };
  writeFileSync(file, JSON.stringify({ private: true, type: 'module', dependencies }, null, 2));
  // Without peer dependencies: a second vitest would run the tests.
  const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', ['install', '--no-workspaces', ...options], {
    cwd: toolsFolder,
    stdio: 'inherit',
    shell: process.platform === 'win32', // npm is a batch file there
  });
  if (status !== 0) throw new Error('npm could not install the tools. See its messages above.');
}
