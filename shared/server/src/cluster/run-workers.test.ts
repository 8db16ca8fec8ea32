import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type IHttpConnectionOptions,
  LogLevel,
} from '@microsoft/signalr';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

let program: ChildProcess;
let output: AsyncIterator<string>;
let url: string;
const connections: HubConnection[] = [];

/** Reads the output of the program up to a line that starts with the text. */
async function lineOf(start: string): Promise<string> {
  for (;;) {
    const { value, done } = await output.next();
    if (done === true) throw new Error(`The program ended before it printed '${start}'.`);
    if (value.startsWith(start)) return value;
  }
}

beforeAll(async () => {
  const script = fileURLToPath(new URL('testing/cluster-app.ts', import.meta.url));
  const flags = ['--conditions=@practical-signalr/source', '--import=tsx'];
  program = spawn(process.execPath, [...flags, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  output = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  const port = (await lineOf('port')).split(' ')[1];
  url = `http://127.0.0.1:${port}/hub`;
  await lineOf('ready');
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
});
afterAll(async () => {
  if (program.exitCode !== null) return;
  program.kill('SIGTERM');
  await once(program, 'exit');
});

async function connect(
  options: IHttpConnectionOptions = {},
  isStateful = false,
): Promise<HubConnection> {
  // Each request of the HTTP transports opens a new socket, which may reach the other worker.
  const headers: Record<string, string> =
    options.transport === undefined ? {} : { Connection: 'close' };
  const builder = new HubConnectionBuilder()
    .withUrl(url, { headers, ...options })
    .configureLogging(LogLevel.None);
  if (isStateful) builder.withStatefulReconnect();
  const connection = builder.build();
  connection.on('answer', (question: string) => `${question}!`);
  connections.push(connection);
  await connection.start();
  return connection;
}

/** Connects until two clients are on different workers. */
async function connectToBothWorkers(
  options?: IHttpConnectionOptions,
): Promise<readonly [HubConnection, HubConnection]> {
  const first = await connect(options);
  const pid = await first.invoke<number>('pid');
  for (;;) {
    const second = await connect(options);
    if ((await second.invoke<number>('pid')) !== pid) return [first, second];
  }
}

const nextMessage = (connection: HubConnection): Promise<string> =>
  new Promise((resolve) => {
    const handler = (text: string): void => {
      connection.off('received', handler);
      resolve(text);
    };
    connection.on('received', handler);
  });

const httpTransports = [HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

test.each([
  ['WebSockets', {}],
  ['Server-Sent Events', { transport: HttpTransportType.ServerSentEvents }],
  ['Long Polling', { transport: HttpTransportType.LongPolling }],
])('over %s, a broadcast reaches the clients of both workers', async (_name, options) => {
  const [first, second] = await connectToBothWorkers(options);
  const received = [nextMessage(first), nextMessage(second)];
  await first.invoke('broadcast', 'hello');
  expect(await Promise.all(received)).toEqual(['hello', 'hello']);
});

/** Cuts the socket of a connection, as a network fault does. */
function cut(connection: HubConnection): void {
  const { transport } = (
    connection as unknown as { connection: { transport: { _webSocket: { terminate(): void } } } }
  ).connection;
  transport._webSocket.terminate();
}

test('a stateful reconnect that reaches the other worker is passed on', async () => {
  const sender = await connect();
  // New sockets go to the workers in turn, so several reconnects reach both.
  for (const text of ['one', 'two', 'three', 'four']) {
    const client = await connect({}, true);
    const { connectionId } = client;
    const received = nextMessage(client);
    cut(client);
    await sender.invoke('broadcast', text);
    expect(await received).toBe(text);
    expect(client.connectionId).toBe(connectionId);
  }
});

test('groups, calls of clients and connections work over both workers', async () => {
  const [first, second] = await connectToBothWorkers();
  await second.invoke('join', 'readers');
  const received = nextMessage(second);
  await first.invoke('sendToGroup', 'readers', 'news');
  expect(await received).toBe('news');
  await first.invoke('addOther', second.connectionId, 'writers');
  const again = nextMessage(second);
  await first.invoke('sendToGroup', 'writers', 'more');
  expect(await again).toBe('more');
  expect(await first.invoke('ask', second.connectionId, 'you')).toBe('you!');
  await expect(first.invoke('ask', 'nobody', 'you')).rejects.toThrow();
});

test.each(httpTransports)(
  'over transport %i, a forwarded request keeps the address of its client',
  async (transport) => {
    const [first, second] = await connectToBothWorkers({ transport });
    const addresses = await Promise.all([first.invoke('address'), second.invoke('address')]);
    expect(addresses).toEqual(['127.0.0.1', '127.0.0.1']);
  },
);

/** Sends a request with a new connection. Resolves with the status. */
async function requestStatus(): Promise<number | undefined> {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test('a worker that has crashed is replaced, and the other one serves meanwhile', async () => {
  const [first, second] = await connectToBothWorkers();
  const pids = [await first.invoke<number>('pid'), await second.invoke<number>('pid')];
  const closed = new Promise((resolve) => first.onclose(resolve));
  first.send('hangAndCrash').catch(() => undefined);
  await lineOf('hangs');
  // Also a connection that the worker has not accepted yet.
  const statuses = await Promise.all([1, 2, 3, 4].map(() => requestStatus()));
  expect(statuses).toEqual([400, 400, 400, 400]);
  await closed;
  expect(await second.invoke('pid')).toBe(pids[1]);
  await lineOf('port');
  const [third, fourth] = await connectToBothWorkers();
  const received = [second, third, fourth].map(nextMessage);
  await third.invoke('broadcast', 'all of us');
  expect(await Promise.all(received)).toEqual(['all of us', 'all of us', 'all of us']);
});

test('a rolling restart replaces every worker, and running requests finish', async () => {
  const answer = fetch(new URL('/other', url));
  await lineOf('running');
  const client = await connect();
  const pid = await client.invoke<number>('pid');
  const closed = new Promise((resolve) => client.onclose(resolve));
  program.stdin?.write('restart\n');
  expect(await (await answer).text()).toBe('done');
  await lineOf('restarted');
  await closed;
  const [first, second] = await connectToBothWorkers();
  expect([await first.invoke('pid'), await second.invoke('pid')]).not.toContain(pid);
});

// Windows has no SIGTERM: it ends the process at once.
test.skipIf(process.platform === 'win32')('SIGTERM stops all workers', async () => {
  const client = await connect();
  const closed = new Promise((resolve) => client.onclose(resolve));
  program.kill('SIGTERM');
  const [code] = (await once(program, 'exit')) as [number];
  expect(code).toBe(0);
  await closed;
});
