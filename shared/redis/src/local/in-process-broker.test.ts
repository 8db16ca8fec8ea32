import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type InProcessBroker, startInProcessBroker } from './in-process-broker.ts';
import { RespError, RespReader } from './resp-reader.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startBroker(): Promise<InProcessBroker> {
  const broker = await startInProcessBroker();
  cleanups.push(() => broker.close());
  return broker;
}

const command = (...args: readonly string[]): string =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;

/** Opens a connection that returns what the broker writes, until it contains a text. */
async function openClient({ port }: InProcessBroker) {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  return {
    socket,
    async run(sent: string, last: string): Promise<string> {
      socket.write(sent);
      while (!received.includes(last)) await once(socket, 'data');
      const answer = received;
      received = '';
      return answer;
    },
  };
}

test.each([
  [['PING'], '+PONG\r\n'],
  [['PING', 'x'], '$1\r\nx\r\n'],
  [['ECHO', 'x'], '$1\r\nx\r\n'],
  [['AUTH', 'secret'], '+OK\r\n'],
  [['SELECT', '0'], '+OK\r\n'],
  [['DBSIZE'], ':0\r\n'],
  [['GET', 'x'], '$-1\r\n'],
  [['CLIENT', 'SETNAME', 'x'], '+OK\r\n'],
  [['CLIENT', 'ID'], ':1\r\n'],
  [['UNSUBSCRIBE'], '*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n'],
  [['PUBLISH', 'x', 'y'], ':0\r\n'],
  [['PUBLISH', 'x'], '-ERR wrong number of arguments\r\n'],
  [['SUBSCRIBE'], '-ERR wrong number of arguments\r\n'],
  [['PUBSUB', 'NUMSUB', 'x'], '*2\r\n$1\r\nx\r\n:0\r\n'],
  [['PUBSUB', 'CHANNELS'], '*0\r\n'],
  [['PUBSUB', 'x'], '-ERR unknown subcommand\r\n'],
  [['HELLO', '4'], '-NOPROTO unsupported protocol version\r\n'],
  [['X\r\ny'], "-ERR unknown command 'X??y'\r\n"],
])('%j is answered like Redis does', async (args, expected) => {
  const client = await openClient(await startBroker());
  expect(await client.run(command(...args), expected)).toBe(expected);
});

test('HELLO selects the version of the protocol, and a missing version keeps it', async () => {
  const client = await openClient(await startBroker());
  const modules = '$7\r\nmodules\r\n*0\r\n';
  expect(await client.run(command('HELLO'), modules)).toMatch(/^\*14\r\n[^]*proto\r\n:2\r\n/);
  expect(await client.run(command('HELLO', '3'), modules)).toMatch(/^%7\r\n[^]*proto\r\n:3\r\n/);
  expect(await client.run(command('GET', 'x'), '_')).toBe('_\r\n');
  const none = '>3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n';
  expect(await client.run(command('UNSUBSCRIBE'), none)).toBe(none);
  expect(await client.run(command('INFO'), 'role:master')).toContain('redis_mode:standalone');
});

test('QUIT and bytes that are no command end the connection after the answer', async () => {
  const broker = await startBroker();
  const leaving = await openClient(broker);
  const left = once(leaving.socket, 'end');
  expect(await leaving.run(command('QUIT'), '+OK')).toBe('+OK\r\n');
  await left;
  const wrong = await openClient(broker);
  const refused = once(wrong.socket, 'end');
  expect(await wrong.run('*0\r\nGET / HTTP/1.1\r\n', '-ERR')).toContain('Protocol error');
  await refused;
});

test('a command is complete when its last byte has arrived, however it is cut', () => {
  const bytes = Buffer.from(command('PUBLISH', 'channel', 'x'.repeat(50)) + command('PING'));
  for (let at = 1; at < bytes.length; at++) {
    const reader = new RespReader();
    const commands = [...reader.read(bytes.subarray(0, at)), ...reader.read(bytes.subarray(at))];
    expect(commands.map((args) => args.map(String))).toEqual([
      ['PUBLISH', 'channel', 'x'.repeat(50)],
      ['PING'],
    ]);
  }
  const slow = new RespReader();
  const commands = [...bytes].flatMap((byte) => slow.read(Buffer.of(byte)));
  expect(commands).toHaveLength(2);
});

test.each([
  ['a length without an end', `*${'1'.repeat(30)}`],
  ['too many arguments', '*1000001\r\n'],
  ['an argument that is too long', '*1\r\n$67108865\r\n'],
  ['no array', '$1\r\nx\r\n'],
  ['a negative length', '*-1\r\n'],
])('%s is refused', (_title, text) => {
  expect(() => new RespReader().read(Buffer.from(text))).toThrow(RespError);
});

test('a command without a name is ignored', async () => {
  const client = await openClient(await startBroker());
  expect(await client.run(`*0\r\n${command('PING')}`, 'PONG\r\n')).toBe('+PONG\r\n');
});
