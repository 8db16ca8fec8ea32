import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

/** What can be published. Each is packed as npm would, laid into an empty project, and used there as a user would. */
const names = ['protocol', 'server', 'redis', 'azure', 'azure-emulator'] as const;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly repository?: unknown;
  readonly publishConfig?: { readonly access: string; readonly provenance: boolean };
  readonly engines: { readonly node: string };
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const run = promisify(execFile);
const node = (cwd: string, ...args: string[]) => run(process.execPath, args, { cwd });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
let project: string;

beforeAll(async () => {
  await node(root, tsc, '-b', ...names.map((name) => `shared/${name}`));
  // Inside the repository's node_modules: the packages' dependencies are found there, and no registry is asked.
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  project = mkdtempSync(join(root, 'node_modules/.cache/packed-'));
  const folders = names.map((name) => `./shared/${name}`);
  await run('npm', ['pack', '--silent', `--pack-destination=${project}`, ...folders], {
    cwd: root,
    shell: process.platform === 'win32',
  });
  for (const tarball of readdirSync(project).filter((file) => file.endsWith('.tgz'))) {
    const name = tarball.replace(/^practical-signalr-(.*)-\d.*$/, '$1');
    await run('tar', ['-xzf', tarball], { cwd: project });
    cpSync(join(project, 'package'), join(project, 'node_modules/@practical-signalr', name), {
      recursive: true,
    });
    rmSync(join(project, 'package'), { recursive: true });
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(names)('the package %s', (name) => {
  const packed = (): string => join(project, 'node_modules/@practical-signalr', name);
  const files = (): string[] => readdirSync(packed(), { recursive: true }).map(String);
  const manifest = (): Manifest =>
    JSON.parse(readFileSync(join(packed(), 'package.json'), 'utf8')) as Manifest;

  test('has README, licence, code with types, and no tests', () => {
    expect(files()).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(readFileSync(join(packed(), 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
    expect(files().filter((file) => file.includes('.test.'))).toEqual([]);
    const scripts = files().filter((file) => file.startsWith('dist') && file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((file) => !files().includes(file.replace(/\.js$/, '.d.ts')))).toEqual([]);
  });
  test('has a manifest that npm can publish with provenance', () => {
    expect(manifest()).toMatchObject({
      name: `@practical-signalr/${name}`,
      license: 'MIT',
      publishConfig: { access: 'public', provenance: true },
      engines: { node: '>=20.19' },
    });
  });
  test('imports only what its manifest names', () => {
    const { dependencies, peerDependencies } = manifest();
    const named = [...Object.keys(dependencies ?? {}), ...Object.keys(peerDependencies ?? {})];
    const imported = files()
      .filter((file) => /^dist.*\.(js|d\.ts)$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(packed(), file), 'utf8').matchAll(
          // Not in a comment, where an example imports the package itself.
          /^(?!\s*\*).*(?:from|import\()\s*['"]([^'".][^'"]*)['"]/gm,
        ),
      ])
      .map(([, specifier = '']) =>
        specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'),
      )
      .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier));
    // Types of JavaScript libraries come from DefinitelyTyped, which the user adds where the compiler asks for it.
    expect([...new Set(imported)].filter((specifier) => !named.includes(specifier))).toEqual([]);
  });
  test('asks for the version of its neighbours that is packed beside it', () => {
    const neighbours = Object.entries(manifest().dependencies ?? {}).filter(([key]) =>
      key.startsWith('@practical'),
    );
    for (const [, version] of neighbours) expect(version).toBe(manifest().version);
  });
});

test('a project of a user compiles against the packed types and runs on the packed code', async () => {
  writeFileSync(
    join(project, 'chat.ts'),
    `import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { azureSignalR } from '@practical-signalr/azure';
import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

interface Client {
  Said(text: string): void;
}
class ChatHub extends Hub<Client> {
  async Say(text: string): Promise<string> {
    await this.clients.all.send('Said', text);
    return text;
  }
}
const ways = [typeof azureSignalR, typeof redis];
const server = createServer();
const signalr = new SignalRServer();
signalr.mapHub('/chat', ChatHub, { methods: ['Say'] });
server.on('request', signalr.router());
signalr.attach(server);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const connection = new HubConnectionBuilder()
  .withUrl(\`http://127.0.0.1:\${port}/chat\`)
  .configureLogging(LogLevel.None)
  .build();
await connection.start();
console.log(await connection.invoke('Say', 'packed'), ...ways);
await connection.stop();
await signalr.close();
server.close();
`,
  );
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        module: 'NodeNext',
        strict: true,
        exactOptionalPropertyTypes: true,
        types: ['node'],
      },
      files: ['chat.ts'],
    }),
  );
  const compiled = await node(project, tsc, '-p', '.').catch((error: { stdout: string }) => error);
  expect(compiled.stdout).toBe('');
  const { stdout } = await node(project, 'chat.js');
  expect(stdout.trim()).toBe('packed function function');
});

test('the command of the emulator runs from its package', async () => {
  const cli = join(project, 'node_modules/@practical-signalr/azure-emulator/dist/cli.js');
  expect(readFileSync(cli, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const { stdout } = await node(project, cli, '--help');
  expect(stdout).toContain('--port');
});
