import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { HubConnection } from '@microsoft/signalr';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { createClient } from '@redis/client';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { WorkerHub, workerHubMethods, workerHubOptions } from '../testing/workers/worker-hub.ts';

const test = baseTest.skipIf(!hasRedisServer);

let server: RedisServerProcess;
const createAdmin = () => createClient({ url: server.url });
let admin: ReturnType<typeof createAdmin>;
let program: ChildProcess;
let output: AsyncIterator<string>;
let workersUrl: string;
/** A server of another machine. */
let other: TestServer;

/** Reads the output of the program up to a line that starts with the text. */
async function lineOf(start: string): Promise<string> {
  for (;;) {
    const { value, done } = await output.next();
    if (done === true) throw new Error(`The program ended before it printed '${start}'.`);
    if (value.startsWith(start)) return value;
  }
}

beforeAll(async () => {
  if (!hasRedisServer) return;
  server = await startRedisServer();
  admin = createAdmin();
  await admin.connect();
  const script = fileURLToPath(new URL('../testing/workers/worker-program.ts', import.meta.url));
  const flags = ['--conditions=@practical-signalr/source', '--import=tsx'];
  program = spawn(process.execPath, [...flags, script, server.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  output = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  workersUrl = `http://127.0.0.1:${(await lineOf('port')).split(' ')[1]}`;
  await lineOf('ready');
  other = await testServer((signalr) => signalr.mapHub('/hub', WorkerHub, workerHubMethods), {
    ...workerHubOptions,
    scaleOut: redis({ url: server.url }),
  });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ connection }) => connection.stop()));
});
afterAll(async () => {
  if (!hasRedisServer) return;
  program.kill('SIGTERM');
  await once(program, 'exit');
  await other.close();
  admin.destroy();
  await server.close();
});

interface Client {
  readonly connection: HubConnection;
  readonly id: string;
  readonly pid: number;
  /** Resolves with everything that arrived before the text, when it arrives. */
  until(text: string): Promise<string[]>;
}
const clients: Client[] = [];

async function connect(url: string, user: string): Promise<Client> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/hub?user=${user}`, {
      transport: HttpTransportType.WebSockets,
      skipNegotiation: true,
    })
    .configureLogging(LogLevel.None)
    .build();
  let texts: string[] = [];
  let onText = (): void => undefined;
  connection.on('received', (text: string) => {
    texts.push(text);
    onText();
  });
  connection.on('answer', (question: string) => `${question}!`);
  await connection.start();
  const pid = await connection.invoke<number>('pid');
  const id = await connection.invoke<string>('id');
  const client: Client = {
    connection,
    id,
    pid,
    async until(text) {
      while (!texts.includes(text)) await new Promise<void>((resolve) => (onText = resolve));
      const before = texts.slice(0, texts.indexOf(text));
      texts = texts.slice(texts.indexOf(text) + 1);
      return before;
    },
  };
  clients.push(client);
  return client;
}

/** Connects two clients of the user `ann` to two workers, and one of `bob` to the other machine. */
async function connectEverywhere(): Promise<readonly [Client, Client, Client]> {
  const first = await connect(workersUrl, 'ann');
  let second = await connect(workersUrl, 'ann');
  while (second.pid === first.pid) {
    await second.connection.stop();
    second = await connect(workersUrl, 'ann');
  }
  return [first, second, await connect(other.url, 'bob')];
}

test('two workers share one subscription, and each message reaches each client once', async () => {
  const [first, second, third] = await connectEverywhere();
  for (const [caller, added] of [
    [first, second],
    [third, first],
    [second, third],
  ] as const) {
    await caller.connection.invoke('add', added.id, 'g');
  }
  const channels = ['all', 'group:g', 'user:ann', 'internal:groups'].map((n) => `WorkerHub:${n}`);
  expect({ ...(await admin.pubSubNumSub(channels)) }).toEqual({
    'WorkerHub:all': 2, // the machine with two workers, and the other server
    'WorkerHub:group:g': 2,
    'WorkerHub:user:ann': 1,
    'WorkerHub:internal:groups': 2,
  });
  for (const sender of [first, third]) {
    for (const [kind, name] of [
      ['all', ''],
      ['group', 'g'],
      ['user', 'ann'],
    ]) {
      await sender.connection.invoke('send', kind, name, kind);
    }
    await sender.connection.invoke('send', 'all', '', 'end');
    const received = await Promise.all([first, second, third].map((client) => client.until('end')));
    expect(received).toEqual([
      ['all', 'group', 'user'],
      ['all', 'group', 'user'],
      ['all', 'group'],
    ]);
  }
  for (const [caller, asked] of [
    [first, second],
    [first, third],
    [third, second],
  ] as const) {
    expect(await caller.connection.invoke('ask', asked.id, 'you')).toBe('you!');
  }
  await expect(first.connection.invoke('ask', 'nobody', 'you')).rejects.toThrow();
});

test('during a rolling restart, the other machine still reaches the workers', async () => {
  const [first, , third] = await connectEverywhere();
  const closed = new Promise((resolve) => first.connection.onclose(resolve));
  program.stdin?.write('restart\n');
  await lineOf('restarted');
  await closed;
  const again = await connect(workersUrl, 'ann');
  expect(again.pid).not.toBe(first.pid);
  await third.connection.invoke('send', 'user', 'ann', 'welcome');
  expect(await again.until('welcome')).toEqual([]);
  expect({ ...(await admin.pubSubNumSub(['WorkerHub:all', 'WorkerHub:user:ann'])) }).toEqual({
    'WorkerHub:all': 2,
    'WorkerHub:user:ann': 1,
  });
});
