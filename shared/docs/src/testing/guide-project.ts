import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@practical-signalr/lesson-kit/testing';
import { onTestFinished } from 'vitest';
import { docsFolder } from '../build-site.ts';

const modules = join(docsFolder, '../../node_modules');

/** Returns a page of the documentation, for example `guides/redis.md`. */
export const readPage = (page: string): string => readFileSync(join(docsFolder, page), 'utf8');

/** Returns the only code block of a language that contains a text. */
export function codeOf(page: string, language: string, part = ''): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))]
    .map(([, code = '']) => code)
    .filter((code) => code.includes(part));
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) {
    throw new Error(`${blocks.length} blocks of ${language} contain '${part}', and not one.`);
  }
  return block;
}

/** Replaces a line that a guide tells its reader to replace. */
export function replaceLine(code: string, line: string, replacement: string): string {
  if (!code.includes(`${line}\n`)) throw new Error(`The code has no line '${line}'.`);
  return code.replace(`${line}\n`, () => `${replacement}\n`);
}

/** Writes files into a folder that has the packages. The folder is removed after the test. */
export function createProject(files: Readonly<Record<string, string>>): string {
  mkdirSync(join(modules, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(modules, '.cache/guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  mkdirSync(join(folder, 'public'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A server that runs until the end of the test. */
export interface GuideServer {
  readonly url: string;
  /** Returns what the server has printed until now. */
  readonly output: () => string;
}

/** Starts `server.ts` of a project. Its port is 3000 in the guides and a free one here. */
export async function startServer(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<GuideServer> {
  const port = String(await freePort());
  const file = join(folder, `server-${port}.ts`);
  writeFileSync(file, readFileSync(join(folder, 'server.ts'), 'utf8').replaceAll('3000', port));
  const url = `http://localhost:${port}`;
  const args = ['--conditions=@practical-signalr/source', '--import=tsx', file];
  return { url, output: await startNode(folder, args, `Open ${url}`, environment) };
}

/** Starts the Vite server of a project, which serves its page. Returns its address. */
export async function startVite(folder: string): Promise<string> {
  const port = String(await freePort());
  const command = join(modules, 'vite/bin/vite.js');
  const options = ['--host', '127.0.0.1', '--port', port, '--strictPort'];
  await startNode(folder, [command, ...options], 'ready in', { NO_COLOR: '1' });
  return `http://127.0.0.1:${port}`;
}

/** Runs Node until the end of the test. Resolves when its output contains a text. */
async function startNode(
  folder: string,
  args: readonly string[],
  text: string,
  environment: Readonly<Record<string, string>>,
): Promise<() => string> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await exited;
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  while (!output.includes(text)) {
    const event = await Promise.race([once(child.stdout, 'data'), exited.then(() => 'exit')]);
    if (event === 'exit') throw new Error(`The process ended. Its output: ${output}`);
  }
  return () => output;
}
