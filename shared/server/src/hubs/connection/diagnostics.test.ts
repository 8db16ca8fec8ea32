import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { Hub, HubError } from '../../index.ts';
import { testServer } from '../../testing/index.ts';
import { type ConnectionClosedEvent, ConnectionReport } from './diagnostics.ts';

class EventHub extends Hub {
  fails(): void {
    throw new Error('secret');
  }
  failsWithHubError(): void {
    throw new HubError('expected');
  }
  describe(): unknown {
    const { connectionId, items, request, transport } = this.context;
    items.set('calls', ((items.get('calls') as number | undefined) ?? 0) + 1);
    const { path, query, headers, remoteAddress } = request;
    const agent = typeof headers['user-agent'];
    return {
      connectionId,
      calls: items.get('calls'),
      path,
      room: query.get('ROOM'),
      agent,
      remoteAddress,
      transport,
    };
  }
  leave(): void {
    this.context.abort();
  }
}

test('connections and failed calls are published on diagnostics channels, and the context describes the connection', async () => {
  const events: [string, unknown][] = [];
  const names = ['connection.opened', 'connection.closed', 'invocation.failed'];
  const record = (message: unknown, name: string | symbol): void => {
    events.push([String(name), message]);
  };
  for (const name of names) subscribe(`practical-signalr.${name}`, record);
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const server = await testServer(
    { '/hub': { hub: EventHub, methods: ['fails', 'failsWithHubError', 'describe', 'leave'] } },
    { logger },
  );
  const client = await server.connect('/hub', { query: 'room=x' });
  const connectionId = client.connectionId as string;
  const expected = {
    connectionId,
    path: '/hub',
    room: 'x',
    agent: 'string',
    remoteAddress: '127.0.0.1',
  };
  expect(await client.invoke('Describe')).toEqual({
    ...expected,
    calls: 1,
    transport: 'WebSockets',
  });
  expect(await client.invoke('Describe')).toMatchObject({ calls: 2 });
  await expect(client.invoke('Fails')).rejects.toThrow();
  await expect(client.invoke('FailsWithHubError')).rejects.toThrow();
  await client.send('Leave');
  await expect.poll(() => events.length).toBe(4);
  await server.close();
  for (const name of names) unsubscribe(`practical-signalr.${name}`, record);
  const connection = { hubName: 'EventHub', connectionId };
  expect(events).toEqual([
    ['practical-signalr.connection.opened', { ...connection, transport: 'WebSockets' }],
    [
      'practical-signalr.invocation.failed',
      { ...connection, hubMethodName: 'fails', error: new Error('secret') },
    ],
    [
      'practical-signalr.invocation.failed',
      {
        ...connection,
        hubMethodName: 'failsWithHubError',
        error: expect.any(HubError) as HubError,
      },
    ],
    [
      'practical-signalr.connection.closed',
      {
        ...connection,
        transport: 'WebSockets',
        status: 'normal_closure',
        error: undefined,
        duration: expect.any(Number) as number,
      },
    ],
  ]);
});

/** Opens and closes a connection, and returns what the channels publish and the observer hears. */
function report(
  close: (report: ConnectionReport) => void,
  hasObserver: 'observer' | 'no observer' | 'no activity' | 'no options',
) {
  const heard: unknown[] = [];
  const observer = {
    onOpened: (name: string) => heard.push(['opened', name]),
    onClosed: (name: string, isFailure: boolean) => heard.push(['closed', name, isFailure]),
    onCall: () => undefined,
    onFailedCall: () => undefined,
  };
  const hub = {
    observer: { hubName: 'chat', options: { activity: { observer } } },
    'no observer': { hubName: 'chat', options: { activity: { observer: undefined } } },
    'no activity': { hubName: 'chat', options: {} },
    'no options': { hubName: 'chat' },
  }[hasObserver];
  const closed: ConnectionClosedEvent[] = [];
  const record = (message: unknown): void => void closed.push(message as ConnectionClosedEvent);
  subscribe('practical-signalr.connection.closed', record);
  close(new ConnectionReport(hub, 'c', 'WebSockets'));
  unsubscribe('practical-signalr.connection.closed', record);
  return { heard, closed };
}

test('a timeout that the transport or the server notices is a failure, and so is an error', () => {
  const results = [
    (opened: ConnectionReport) => opened.close(undefined),
    (opened: ConnectionReport) => opened.close(new Error('lost')),
    (opened: ConnectionReport) => opened.close(undefined, true),
    (opened: ConnectionReport) => {
      opened.status = 'timeout';
      opened.close(undefined);
    },
    (opened: ConnectionReport) => {
      opened.status = 'app_shutdown';
      opened.close(undefined);
    },
  ].map((close) => {
    const { heard, closed } = report(close, 'observer');
    return [closed[0]?.status, (heard[1] as unknown[])[2]];
  });
  expect(results).toEqual([
    ['normal_closure', false],
    ['normal_closure', true],
    ['timeout', true],
    ['timeout', true],
    ['app_shutdown', false],
  ]);
});

test('a connection is published if nothing observes the server, and its duration is plausible', () => {
  for (const hasObserver of ['no observer', 'no activity', 'no options'] as const) {
    const start = performance.now();
    const { heard, closed } = report((opened) => opened.close(undefined), hasObserver);
    const longest = performance.now() - start;
    expect([heard, closed.length]).toEqual([[], 1]);
    expect(closed[0]?.duration).toBeGreaterThanOrEqual(0);
    expect(closed[0]?.duration).toBeLessThanOrEqual(longest);
  }
});
