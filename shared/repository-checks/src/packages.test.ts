import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { build as buildWithEsbuild } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build as buildWithVite, createLogger } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

/**
 * The packages that can be published. The tests pack each of them with npm, unpack it in an empty
 * project, and use it there.
 */
const names = ['protocol', 'server', 'redis', 'azure', 'azure-emulator'] as const;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository?: unknown;
  readonly publishConfig?: { readonly access: string; readonly provenance: boolean };
  readonly engines: { readonly node: string };
  readonly exports: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const run = promisify(execFile);
const node = (cwd: string, ...args: string[]) => run(process.execPath, args, { cwd });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
/** Installed only by the CI job `packages`, because it is too large for the repository. */
const oldestTsc = join(root, 'node_modules/typescript-oldest/bin/tsc');
/**
 * Installed by `npm run install-attw`, which `.ci/run` and the CI job `packages` run, because it
 * brings a TypeScript of 23 MB. The command-line tool `attw` runs the same checks.
 */
const attw = join(root, 'node_modules/.attw/node_modules/@arethetypeswrong/core/dist/index.js');
let project: string;

/** A chat of a user, with a client that calls it. */
const chat = `import { createServer } from 'node:http';
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
`;

const folderOf = (name: string): string => join(project, 'node_modules/@practical-signalr', name);
const tarballOf = (name: string): string =>
  readdirSync(project).find((file) => nameOf(file) === name) ?? '';
const nameOf = (tarball: string): string =>
  tarball.replace(/^practical-signalr-(.*)-\d.*\.tgz$/, '$1');
const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')) as Manifest;

/** Returns what a user can import, for example `@practical-signalr/server/client`. */
const entryPoints = (): string[] =>
  names.flatMap((name) =>
    Object.keys(manifestOf(name).exports).map((key) => `@practical-signalr/${name}${key.slice(1)}`),
  );

beforeAll(async () => {
  await node(root, tsc, '-b', ...names.map((name) => `shared/${name}`));
  // Inside the repository's node_modules: the packages' dependencies are found there, and no
  // registry is asked.
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  project = mkdtempSync(join(root, 'node_modules/.cache/packed-'));
  const folders = names.map((name) => `./shared/${name}`);
  await run('npm', ['pack', '--silent', `--pack-destination=${project}`, ...folders], {
    cwd: root,
    shell: process.platform === 'win32',
  });
  for (const tarball of readdirSync(project).filter((file) => file.endsWith('.tgz'))) {
    await run('tar', ['-xzf', tarball], { cwd: project });
    cpSync(join(project, 'package'), folderOf(nameOf(tarball)), {
      recursive: true,
    });
    rmSync(join(project, 'package'), { recursive: true });
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(names)('the package %s', (name) => {
  const packed = (): string => folderOf(name);
  const files = (): string[] => readdirSync(packed(), { recursive: true }).map(String);
  const manifest = (): Manifest => manifestOf(name);

  test('has README, license, code with types, and no tests', () => {
    expect(files()).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(readFileSync(join(packed(), 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
    const listed = new Set(files());
    expect([...listed].filter((file) => file.includes('.test.'))).toEqual([]);
    const scripts = [...listed].filter((file) => file.startsWith('dist') && file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((file) => !listed.has(file.replace(/\.js$/, '.d.ts')))).toEqual([]);
  });
  test('has a manifest that npm can publish with provenance', () => {
    expect(manifest()).toMatchObject({
      name: `@practical-signalr/${name}`,
      license: 'MIT',
      publishConfig: { access: 'public', provenance: true },
      engines: { node: '>=20.19' },
      sideEffects: false,
    });
    expect(manifest().keywords).toContain('signalr');
    expect(manifest()).not.toHaveProperty('funding');
    expect(files()).toContain('CHANGELOG.md');
  });
  test('imports only packages that its manifest names', () => {
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
    // Types of JavaScript libraries come from DefinitelyTyped, which the user adds where the
    // compiler asks for it.
    expect([...new Set(imported)].filter((specifier) => !named.includes(specifier))).toEqual([]);
  });
  test('requires the version of the other packages that is packed with it', () => {
    const neighbors = Object.entries(manifest().dependencies ?? {}).filter(([key]) =>
      key.startsWith('@practical'),
    );
    for (const [, version] of neighbors) expect(version).toBe(manifest().version);
  });
  test('states the oldest TypeScript version, which CI tests', () => {
    const workflow = readFileSync(join(root, '.github/workflows/test.yml'), 'utf8');
    const [, version = ''] = /typescript@(\S+?)\)/.exec(workflow) ?? [];
    expect(version).not.toBe('');
    expect(readFileSync(join(packed(), 'README.md'), 'utf8')).toContain(
      `TypeScript ${version} or newer`,
    );
  });
  test('has no finding of publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed(), pack: false, strict: true });
    const manifestOfPublint = pkg as Record<string, unknown>;
    expect(messages.map((message) => formatMessage(message, manifestOfPublint))).toEqual([]);
  });
  test.runIf(existsSync(attw))('has no finding of @arethetypeswrong', async () => {
    const tarball = readFileSync(join(project, tarballOf(name)));
    expect(await findTypeProblems(tarball)).toEqual([]);
  });
  test('contains every file that its files import', () => {
    const imports = files()
      .filter((file) => /^(dist|src).*(\.js|\.ts)$/.test(file) && hasSource(file))
      .flatMap((file) =>
        [
          ...readFileSync(join(packed(), file), 'utf8').matchAll(
            /^(?!\s*(?:\*|\/\/)).*(?:from|import|import\()\s*['"](\.[^'"]*)['"]/gm,
          ),
        ].map(([, specifier = '']) => ({ file, specifier })),
      );
    expect(imports.length).toBeGreaterThan(3);
    expect(
      imports.filter(({ file, specifier }) => {
        const target = join(packed(), dirname(file), specifier);
        const isDeclaration = file.endsWith('.d.ts');
        return !existsSync(isDeclaration ? target.replace(/\.[jt]s$/, '.d.ts') : target);
      }),
    ).toEqual([]);
  });
  test('takes its version from its package.json', () => {
    const { version } = manifest();
    const scripts = files().filter((file) => file.startsWith('dist') && file.endsWith('.js'));
    expect(
      scripts.filter((file) => readFileSync(join(packed(), file), 'utf8').includes(`'${version}'`)),
    ).toEqual([]);
  });

  /** An earlier build can leave files in `dist` whose source no longer exists. */
  function hasSource(file: string): boolean {
    const source = file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js|\.ts)$/, '.ts');
    return existsSync(join(root, 'shared', name, source));
  }
});

test('the command of the emulator runs from its package', async () => {
  const cli = join(project, 'node_modules/@practical-signalr/azure-emulator/dist/cli.js');
  expect(readFileSync(cli, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const { stdout } = await node(project, cli, '--help');
  expect(stdout).toContain('--port');
});

test('the admin page finds its files in the package', async () => {
  writeFileSync(
    join(project, 'admin.js'),
    `import { SignalRServer } from '@practical-signalr/server';
import { adminRouter } from '@practical-signalr/server/admin';
const signalr = new SignalRServer();
console.log(typeof adminRouter(signalr, { authorize: () => true }));
await signalr.close();
`,
  );
  expect((await node(project, 'admin.js')).stdout.trim()).toBe('function');
});

test('every entry point loads with import and with require, as the same module', async () => {
  writeFileSync(
    join(project, 'load.js'),
    `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const name of ${JSON.stringify(entryPoints())}) {
  const required = require(name);
  const imported = await import(name);
  const names = Object.keys(imported).length;
  console.log(name, names > 0 && imported === required);
}
`,
  );
  const { stdout } = await node(project, 'load.js');
  expect(stdout.trim().split('\n')).toEqual(entryPoints().map((name) => `${name} true`));
});

describe('a project of a user that imports every entry point', () => {
  const compilers = [
    { version: 'newest', compiler: tsc },
    { version: 'oldest supported', compiler: oldestTsc },
  ].filter(({ compiler }) => existsSync(compiler));

  // One compilation for both files: most of its time goes to the types of the libraries.
  test.each(compilers)(
    'compiles with the $version TypeScript, libraries included, and runs',
    async ({ compiler }) => {
      const imports = entryPoints().map((name, i) => `import * as entry${i} from '${name}';`);
      const uses = imports.map((_, i) => `entry${i}`);
      writeFileSync(
        join(project, 'entry-points.ts'),
        `${imports.join('\n')}\nconsole.log(${uses.join(', ')});\n`,
      );
      writeFileSync(join(project, 'chat.ts'), chat);
      await compile(compiler, 'entry-points.ts', 'chat.ts');
      const { stdout } = await node(project, 'chat.js');
      expect(stdout.trim()).toBe('packed function function');
    },
  );
});

describe('the entry points for browsers', () => {
  const page = `import { JsonHubProtocol } from '@practical-signalr/protocol';
import { typed, withAuthenticationRefresh } from '@practical-signalr/server/client';
import { useHubConnection } from '@practical-signalr/server/react';
const functions = [typed, withAuthenticationRefresh, useHubConnection];
globalThis.loaded = [new JsonHubProtocol().name, ...functions.map((each) => typeof each)];
`;
  const loaded = ['json', 'function', 'function', 'function'];
  const file = (): string => join(project, 'page.js');

  test('are bundled by esbuild without a warning and run without Node', async () => {
    writeFileSync(file(), page);
    const { warnings, outputFiles } = await buildWithEsbuild({
      entryPoints: [file()],
      bundle: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    expect(runInBrowser(outputFiles[0]?.text)).toEqual(loaded);
  });
  test('are bundled by Vite without a warning and run without Node', async () => {
    writeFileSync(file(), page);
    const warnings: string[] = [];
    const logger = createLogger('warn');
    logger.warn = (message) => {
      warnings.push(message);
    };
    const result = await buildWithVite({
      root: project,
      configFile: false,
      customLogger: logger,
      build: { write: false, rolldownOptions: { input: file(), output: { format: 'iife' } } },
    });
    const [bundle] = [result].flat();
    const chunk = bundle && 'output' in bundle ? bundle.output[0] : undefined;
    expect(warnings).toEqual([]);
    expect(runInBrowser(chunk?.code)).toEqual(loaded);
  });

  /** Runs a script where `process`, `Buffer` and `require` do not exist. */
  function runInBrowser(code = ''): unknown {
    return runInNewContext(`${code}\n;[...globalThis.loaded]`, { TextEncoder, TextDecoder });
  }
});

interface Attw {
  createPackageFromTarballData: (tarball: Uint8Array) => unknown;
  checkPackage: (packed: unknown) => Promise<{
    readonly types: false | { readonly kind: string };
    readonly problems?: readonly { readonly kind: string; readonly resolutionKind?: string }[];
  }>;
}

/** Returns what `attw --profile esm-only` reports about a tarball. */
async function findTypeProblems(tarball: Uint8Array): Promise<unknown[]> {
  const { checkPackage, createPackageFromTarballData } = (await import(
    pathToFileURL(attw).href
  )) as Attw;
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(tarball));
  if (types === false) return ['The package has no types.'];
  // The profile `esm-only` ignores resolution from CommonJS and without `exports`.
  return problems.filter(
    ({ resolutionKind = '' }) => !['node10', 'node16-cjs'].includes(resolutionKind),
  );
}

/** Compiles files of the project as a user who checks the types of libraries too. */
async function compile(compiler: string, ...files: string[]): Promise<void> {
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        module: 'NodeNext',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        types: ['node'],
      },
      files,
    }),
  );
  const compiled = await node(project, compiler, '-p', '.').catch(
    (error: { stdout: string }) => error,
  );
  expect(compiled.stdout).toBe('');
}
