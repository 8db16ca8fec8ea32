import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
// Inside node_modules, so that imports resolve to the packages as in a user's project.
const folder = join(root, 'node_modules', '.readme-snippets');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What snippets without imports may use, if the page shows where it comes from. */
const imports = `
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { setInterval } from 'node:timers/promises';
import express from 'express';
import type { FastifyInstance } from 'fastify';
import { type HubConnection, HttpTransportType, HubConnectionBuilder } from '@microsoft/signalr';
import { createCluster, createSentinel } from '@redis/client';
import { redis, presence } from '@practical-signalr/redis';
import { azureSignalR } from '@practical-signalr/azure';
import {
  type AuthenticationHandler, bytes, type ClaimsPrincipal, Hub, type HubContext,
  type HubFilter, healthRouter, requestUser, SignalRServer, stream, streamOf, type UntypedClient,
} from '@practical-signalr/server';
import { adminRouter } from '@practical-signalr/server/admin';
import { typed } from '@practical-signalr/server/client';
import { OpenTelemetryFilter } from '@practical-signalr/server/opentelemetry';
import { testServer } from '@practical-signalr/server/testing';
import { z } from 'zod';
import { expect } from 'vitest';
`;

/** The declarations for snippets without imports. A snippet may declare the same name itself. */
const declarations = `
interface ChatServer { say(text: string): Promise<void> }
interface ChatClient { said(text: string): void; askName(question: string): string }
class ChatHub extends Hub<ChatClient> implements ChatServer {
  async say(text: string): Promise<void> { await this.clients.all.send('Said', text); }
}
declare const authentication: AuthenticationHandler;
declare const fastify: FastifyInstance;
declare const url: string;
declare const key: string;
declare const cert: string;
declare const connection: HubConnection;
declare const client: HubConnection;
declare const online: ReturnType<typeof presence>;
declare const sessions: express.RequestHandler;
declare const passport: Record<'initialize' | 'session', () => express.RequestHandler>;
declare class Tickets implements AuthenticationHandler {
  issue(user: ClaimsPrincipal): string;
  authenticate: AuthenticationHandler['authenticate'];
}
`;

/** The files that snippets import. The pages show them in these snippets. */
const importedFiles = {
  'contract.ts': 'shared-docs-guides-contract-1',
  'timers.ts': 'shared-docs-guides-hub-context-2',
};

/** What the server of the tutorial declares. Readers of all pages know these names. */
const tutorialServer = `
declare const app: import('express').Express;
declare const server: import('node:http').Server;
declare const signalr: import('@practical-signalr/server').SignalRServer;
`;

const docs = readdirSync(join(root, 'shared/docs'), { recursive: true, encoding: 'utf8' })
  .map((file) => `shared/docs/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.md') && !/\/(dist|node_modules|api)\//.test(file));
const pages = [
  'README.md',
  'shared/protocol/README.md',
  'shared/server/README.md',
  'shared/redis/README.md',
  'shared/azure/README.md',
  'shared/azure-emulator/README.md',
  ...docs,
];

interface Snippet {
  readonly name: string;
  readonly code: string;
  /** The names that the page imports in any of its snippets. */
  readonly importedNames: ReadonlySet<string>;
}

const codeBlocks = (text: string): string[] =>
  [...text.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, code = '']) => code);

/** Returns the names that code imports. */
const findImports = (code: string): string[] =>
  [...code.matchAll(/^import (?:type )?(.+?) from '/gms)].flatMap(([, names = '']) =>
    names.split(/[{},\s]+|type /).filter((name) => name !== ''),
  );

const snippets = pages.flatMap((page): Snippet[] => {
  const text = readFileSync(join(root, page), 'utf8');
  const importedNames = new Set(codeBlocks(text).flatMap(findImports));
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], i) => ({
    name: `${page.replace('.md', '').replaceAll('/', '-')}-${i + 1}`,
    code,
    importedNames,
  }));
});

/** A snippet is either a module or the body of a hub method. */
const isModule = (code: string): boolean => /^(import|export) /m.test(code);

const tutorialText = readFileSync(join(root, 'shared/docs/tutorial/first-hub.md'), 'utf8');
const tutorialImports = new Set(codeBlocks(tutorialText).flatMap(findImports));
const bodies = snippets.filter(({ code }) => !isModule(code));

test.each(bodies)(
  'the page of $name shows where its names come from',
  ({ code, importedNames }) => {
    const text = code.replaceAll(/\/\/.*$|'[^'\n]*'|(?:class|const|interface) \w+/gm, '');
    const used = findImports(imports).filter((name) =>
      new RegExp(`(?<![.\\w])${name}\\b(?!:)`).test(text),
    );
    const unknown = used.filter((name) => !importedNames.has(name) && !tutorialImports.has(name));
    expect(unknown).toEqual([]);
  },
);

test('every TypeScript snippet in the READMEs and the documentation compiles in strict mode', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(40);
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of snippets) {
    const text = isModule(code)
      ? code
      : `${imports}${declarations}
export async function snippet(this: ChatHub): Promise<void> {\n${code}}\n`;
    writeFileSync(join(folder, `${name}.ts`), text);
  }
  writeFileSync(join(folder, 'tutorial-server.d.ts'), tutorialServer);
  for (const [file, snippet] of Object.entries(importedFiles)) {
    const { code = '' } = snippets.find(({ name }) => name === snippet) ?? {};
    writeFileSync(join(folder, file), code);
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../shared/tsconfig.base.json',
      compilerOptions: {
        composite: false,
        declarationMap: false,
        noEmit: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
        types: ['node'],
      },
      include: ['*.ts'],
    }),
  );
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  let problems = '';
  try {
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    problems = (error as { stdout: string }).stdout;
  }
  expect(problems).toBe('');
});
