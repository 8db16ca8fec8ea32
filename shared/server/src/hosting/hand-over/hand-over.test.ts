import { Subject } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import type { TestServer } from '../../testing/index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { MovingServers } from '../../testing/several-servers/moving-servers.ts';

let moving: MovingServers;
beforeEach(async () => {
  moving = await MovingServers.start();
});
afterEach(() => moving.close());

test.for([
  ['JSON', undefined],
  ['MessagePack', new MessagePackHubProtocol()],
] as const)(
  'a client with %s keeps its id and groups, and gets each message once and in order',
  async ([, protocol]) => {
    const { connection, until, received } = await moving.connect(protocol);
    const { connectionId } = connection;
    await connection.invoke('Join', 'g');
    const before = moving.clientsOf(moving.servers[0] as TestServer);
    await before.all.send('m', 1);
    // Sent between the record and the claim, and between the claim and the return of the client.
    moving.backplane.onRecord = () => void before.group('g').send('m', 2);
    moving.backplane.onClaim = () => before.all.send('m', 3);
    const after = moving.clientsOf(await moving.moveAll());
    await after.group('g').send('m', 4);
    await after.client(connectionId as string).send('m', 5);
    expect(await connection.invoke('Echo', 'hi')).toBe('hi');
    expect(await until(5)).toEqual([1, 2, 3, 4, 5]);
    expect(received).toHaveLength(5);
    expect(connection.connectionId).toBe(connectionId);
    expect(moving.hub.events).toEqual(['connected', 'moved nobody']);
    await connection.stop();
    await (moving.servers[1] as TestServer).close();
    expect(moving.hub.events).toEqual(['connected', 'moved nobody', 'disconnected']);
    expect(moving.logger.linesOf('info')).toContainEqual(
      expect.stringMatching(/^1 of 1 connections/),
    );
  },
);

test('the old server sends neither a Close message nor a Close frame', async () => {
  const [server] = moving.servers as [TestServer];
  const response = await fetch(
    `${server.url}/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true`,
    { method: 'POST' },
  );
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  const client = await RawClient.open(`${server.url}/hub?id=${connectionToken}`);
  client.send('{"protocol":"json","version":2}\u001e');
  expect(await client.next()).toBe('{}');
  const closed = server.signalr.close({ handOver: true });
  expect(await client.end()).toEqual({ records: [], code: 1006 });
  await moving.claimTimeout.elapseUntil(closed);
  expect(moving.hub.events).toEqual(['connected', 'disconnected']);
});

test('a running call finishes before the hand-over, and calls after it run on the new server', async () => {
  const { connection, received } = await moving.connect();
  const started = moving.hub.running.wait();
  const slow = connection.invoke('Slow');
  await started;
  const moved = moving.moveAll();
  const echo = connection.invoke('Echo', 'later');
  moving.hub.finish.open();
  expect(await slow).toBe('done');
  expect(await echo).toBe('later');
  await moved;
  expect(received).toEqual([]);
});

test('a second close() without a hand-over does not wait for running calls', async () => {
  const { connection } = await moving.connect();
  const started = moving.hub.running.wait();
  const slow = connection.invoke('Slow');
  await started;
  const { signalr } = moving.servers[0] as TestServer;
  const closed = signalr.close({ handOver: true, drainTimeout: 2 ** 31 - 1 });
  await Promise.all([signalr.close(), closed, expect(slow).rejects.toThrow('closed')]);
});

test('a stream, an upload and a client result finish before the hand-over', async () => {
  const { connection, received } = await moving.connect();
  const subject = new Subject<number>();
  const items: number[] = [];
  const answer = new Gate();
  connection.on('answer', async () => {
    moving.hub.running.open();
    await answer.wait();
    return 42;
  });
  let started = moving.hub.running.wait();
  const count = new Promise<void>((complete, error) =>
    connection
      .stream<number>('Count')
      .subscribe({ next: (item) => items.push(item), complete, error }),
  );
  await started;
  started = moving.hub.running.wait();
  const upload = connection.invoke('Upload', subject);
  subject.next(1);
  await started;
  started = moving.hub.running.wait();
  const ask = connection.invoke('Ask');
  await started;
  const moved = moving.moveAll();
  const echo = connection.invoke('Echo', 'later');
  moving.hub.finish.open();
  await count;
  expect(items).toEqual([0, 1]);
  subject.next(2);
  subject.complete();
  expect(await upload).toBe(3);
  answer.open();
  expect(await ask).toBe(42);
  expect(await echo).toBe('later');
  await moved;
  expect(received).toEqual([]);
});

test('a call, a stream, an upload and a client result that take too long fail with a clear error', async () => {
  const { connection, received } = await moving.connect();
  const subject = new Subject<number>();
  connection.on('answer', () => new Promise<never>(() => undefined));
  let started = moving.hub.running.wait();
  const count = new Promise<void>((complete, error) =>
    connection.stream<number>('Count').subscribe({ next: () => undefined, complete, error }),
  );
  await started;
  started = moving.hub.running.wait();
  const upload = connection.invoke('Upload', subject);
  subject.next(1);
  await started;
  const ask = connection.invoke('Ask');
  started = moving.hub.running.wait();
  const slow = connection.invoke('Slow');
  await started;
  const outcomes = Promise.allSettled([count, upload, ask, slow]);
  await moving.drainTimeout.elapseUntil(moving.moveAll());
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringMatching(/another server takes over|disconnected|canceled/) },
    });
  }
  expect(await connection.invoke('Echo', 'hi')).toBe('hi');
  expect(received).toEqual([]);
  moving.hub.finish.open();
});

test('the age of the token and the clocks of the servers do not matter', async () => {
  const { connection, received } = await moving.connect();
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 61_000);
  try {
    await moving.moveAll();
    expect(await connection.invoke('Echo', 'hi')).toBe('hi');
    clock.mockReturnValue(now - 61_000);
    const [, from] = moving.servers as [TestServer, TestServer];
    const to = await moving.startServer();
    moving.route(to);
    await from.signalr.close({ handOver: true });
    expect(await connection.invoke('Echo', 'again')).toBe('again');
  } finally {
    clock.mockRestore();
  }
  expect(received).toEqual([]);
  expect(moving.hub.events).toEqual(['connected', 'moved nobody', 'moved nobody']);
});
