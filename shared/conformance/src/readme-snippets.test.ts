import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
// Inside node_modules, so that imports resolve to the packages as in a user's project.
const folder = join(root, 'node_modules', '.readme-snippets');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The imports and declarations for snippets without imports. A snippet may declare the same name
 * itself.
 */
const context = `
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
interface ChatServer { say(text: string): Promise<void> }
interface ChatClient { said(text: string): void; askName(question: string): string }
class ChatHub extends Hub<ChatClient> implements ChatServer {
  async say(text: string): Promise<void> { await this.clients.all.send('Said', text); }
}
declare const app: express.Express;
declare const server: import('node:http').Server;
declare const signalr: SignalRServer;
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
const snippets = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
    ([, code], i) => ({
      name: `${page.replace('.md', '').replaceAll('/', '-')}-${i + 1}`,
      code: code as string,
    }),
  ),
);

test('every TypeScript snippet in the READMEs and the documentation compiles in strict mode', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(40);
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of snippets) {
    // A snippet is either a module or the body of a hub method.
    const isModule = /^(import|export) /m.test(code);
    const text = isModule
      ? code
      : `${context}\nexport async function snippet(this: ChatHub): Promise<void> {\n${code}}\n`;
    writeFileSync(join(folder, `${name}.ts`), text);
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
