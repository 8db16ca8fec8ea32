import {
  ConnectionIndex,
  JsonHubProtocol,
  type LifetimeConnection,
  SharedMessage,
} from '@practical-signalr/server/scale-out';
import { beforeEach, expect, test } from 'vitest';
import { writeInvocation } from '../pub-sub/redis-protocol.ts';
import { HistorySessions, type SessionHost } from './history-sessions.ts';
import type { ClaimedSession, HistoryStore } from './history-store.ts';

const protocol = new JsonHubProtocol();
const message = new SharedMessage('receive', ['missed']).encoded(protocol) as { payload: string };
const payload = Buffer.from(
  writeInvocation({
    excludedConnectionIds: [],
    messages: new Map([['json', Buffer.from(message.payload)]]),
  }),
);

const session: ClaimedSession = {
  owners: ['before', 'c1'],
  start: '1-0',
  groups: new Map([
    ['allowed', '1-0'],
    ['refused', '1-0'],
  ]),
  first: '1-0',
  last: '2-0',
};

let index: ConnectionIndex;
let connection: LifetimeConnection;
let sessions: HistorySessions;
/** The steps of a recovery that have completed. */
let steps: string[];
/** The step during which the connection closes. */
let closingStep: string | undefined;
let failsToWrite: boolean;

const run = async (step: string): Promise<void> => {
  await Promise.resolve();
  if (step === closingStep) {
    index.remove(connection);
    sessions.remove(connection.connectionId);
  }
  steps.push(step);
};

/** A store with one session and one missed message. */
const store = {
  begin: async () => {
    await run('begin');
    return '2-0';
  },
  claim: async (secret: string) => {
    await run('claim');
    return secret === 'known' ? session : undefined;
  },
  changeGroup: async (_session: string, _connectionId: string, group: string, change: string) => {
    await run(`${change} ${group}`);
    if (failsToWrite) throw new Error('Redis is full');
    return true;
  },
  end: async () => {
    await run('end');
    if (failsToWrite) throw new Error('Redis is full');
  },
  async *read() {
    await run('read');
    yield [{ position: '2-0', target: 'all', payload }];
    return '2-0';
  },
} satisfies Partial<Record<keyof HistoryStore, unknown>>;

const host: Omit<SessionHost, 'index'> = {
  hubName: 'FeedHub',
  join: async (joining, group) => {
    index.join(joining, group);
    await run('join');
  },
};

beforeEach(() => {
  index = new ConnectionIndex();
  connection = { connectionId: 'c1', userIdentifier: 'ann', protocol, write: () => run('write') };
  const restoreGroup = async ({ group }: { readonly group: string }): Promise<boolean> => {
    await run(`restore ${group}`);
    return group === 'allowed';
  };
  const options = { maxAge: 60_000, maxMessages: 100, restoreGroup };
  sessions = new HistorySessions(store as unknown as HistoryStore, options, { ...host, index });
  steps = [];
  closingStep = undefined;
  failsToWrite = false;
  index.add(connection);
});

const recover = (secret?: string, hasGap = false) => {
  const position = secret === undefined ? undefined : '1-0';
  const request = { session: secret, position, readsPositionLists: true };
  return sessions.recover(connection, request, hasGap);
};

const restoring = ['claim', 'restore allowed', 'join', 'restore refused'];
test.each([
  ['of a known session', 'known', false, [...restoring, 'read', 'write', 'remove refused']],
  ['of a session with a gap', 'known', true, [...restoring, 'end', 'begin']],
  ['of an unknown session', 'unknown', false, ['claim', 'begin']],
  ['without a session', undefined, false, ['begin']],
])(
  'a recovery %s stops if its connection closes, and leaves nothing',
  async (_, secret, hasGap, complete) => {
    await recover(secret, hasGap);
    expect(steps).toEqual(complete);
    expect(sessions.connections).toEqual([connection]);
    expect(sessions.active).toHaveLength(1);
    for (const [i, step] of complete.entries()) {
      sessions.remove(connection.connectionId);
      index.remove(connection);
      index.add(connection);
      steps = [];
      closingStep = step;
      await recover(secret, hasGap);
      expect(steps).toEqual(complete.slice(0, i + 1));
      expect(sessions.connections).toEqual([]);
      expect([...index.groupNames]).toEqual([]);
    }
  },
);

test('a recovery whose connection has closed before it starts does nothing', async () => {
  index.remove(connection);
  await recover('known');
  expect(steps).toEqual([]);
  expect(sessions.connections).toEqual([]);
});

test('clients in the older half of the history learn the newest position once', async () => {
  const written: unknown[] = [];
  const write = (sent: SharedMessage): Promise<void> => {
    written.push(sent.encoded(protocol));
    return Promise.resolve();
  };
  connection = { connectionId: 'c1', userIdentifier: 'ann', protocol, write };
  index.add(connection);
  sessions.track(connection);
  const announce = (first: string, last: string, time = 0) => {
    sessions.announceReached({ first, last, time });
    return written.splice(0).length;
  };
  expect(announce('1-0', '9000-0')).toBe(0); // it has no session yet
  await recover(); // it has reached 2-0
  expect(announce('0-0', '2-0', 90_000)).toBe(0); // the history has nothing newer
  expect(announce('0-0', '3-0')).toBe(0); // it is in the newer half
  expect(announce('0-0', '3-0', 30_003)).toBe(1); // its position is old
  expect(announce('0-0', '3-0', 90_000)).toBe(0);
  expect(announce('4-0', '8-0')).toBe(1); // its position is no longer in the history
  expect(announce('4-0', '10-0')).toBe(0);
  expect(announce('4-0', '12-0')).toBe(1);
});

test.each([
  ['without a session', undefined, ['begin', 'end', 'begin']],
  ['with an unknown session', 'unknown', ['begin', 'end', 'claim', 'begin']],
  ['with a session of an earlier connection', 'known', ['begin', 'end', ...restoring, 'read']],
])('a client that recovers %s again keeps one session', async (_, secret, expectedSteps) => {
  await recover();
  const [first] = sessions.active;
  await recover(secret);
  expect(steps.slice(0, expectedSteps.length)).toEqual(expectedSteps);
  expect(sessions.active).toHaveLength(1);
  expect(sessions.active).not.toContain(first);
});

test('a session whose groups could not be written is not continued', async () => {
  await recover('known');
  expect(sessions.active).toEqual(['known']);
  failsToWrite = true;
  await sessions.changeGroup('c1', 'late', 'add');
  expect(sessions.active).toEqual([]);
  steps = [];
  expect(await recover('known')).toMatchObject({ recovered: false, reason: 'session' });
  expect(steps).toEqual(['end', 'begin']); // Redis has not removed the session yet.
  failsToWrite = false;
  steps = [];
  await sessions.removeObsolete();
  expect(steps).toEqual(['end']);
});

test('only the connections whose clients recover get positions', () => {
  sessions.track(connection);
  const variantFor = sessions.variantFor([new SharedMessage('receive', [])], ['3-0']);
  expect(variantFor?.('c1')).toBeInstanceOf(SharedMessage);
  expect(variantFor?.('other')).toBeUndefined();
});

test('each obsolete session is removed once, also if many clients recover at the same time', async () => {
  const connections = Array.from({ length: 50 }, (_, i) => ({
    ...connection,
    connectionId: `many ${i}`,
  }));
  const recoverAll = () =>
    Promise.all(
      connections.map((one) =>
        sessions.recover(one, { session: undefined, position: undefined } as never, false),
      ),
    );
  for (const one of connections) index.add(one);
  await recoverAll();
  failsToWrite = true;
  for (const { connectionId } of connections) await sessions.changeGroup(connectionId, 'g', 'add');
  failsToWrite = false;
  steps = [];
  await recoverAll();
  expect(steps.filter((step) => step === 'end')).toHaveLength(50);
});
