import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedisServer, type RedisServerProcess } from '../local/index.ts';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { KeepingConnection } from '../testing/keeping-connection.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import {
  claimConnection,
  type MovingManager,
  recordConnection,
} from '../testing/move-connection.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';

const SERVERS = 3;
const CONNECTIONS = 3;
const groupNames = ['g', 'h'] as const;

/** What the model knows about a connection, and where it is. */
interface ModelConnection {
  readonly id: string;
  readonly groups: Set<string>;
  /** What the connection must receive. */
  readonly expected: string[];
  /** What it has received on servers that it has left. */
  earlier: unknown[];
  server: number;
  connection: KeepingConnection;
  /** The last move. Moves of one connection follow each other. */
  moved: Promise<void>;
}

const index = fc.nat(CONNECTIONS - 1);
const group = fc.constantFrom(...groupNames);
const command = fc.oneof(
  fc.record({ do: fc.constant('send all' as const) }),
  fc.record({ do: fc.constant('send group' as const), group }),
  fc.record({ do: fc.constant('send user' as const), index }),
  fc.record({ do: fc.constant('send connection' as const), index }),
  fc.record({
    do: fc.constantFrom('join' as const, 'leave' as const),
    index,
    group,
    /** The server that changes the group. */
    by: fc.nat(SERVERS - 1),
    isMoving: fc.boolean(),
  }),
  fc.record({ do: fc.constant('move' as const), index }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

describe.skipIf(!hasRedisServer)('with a Redis', () => {
  let server: RedisServerProcess;
  const managers: MovingManager[] = [];
  let run = 0;

  beforeAll(async () => {
    server = await startRedisServer();
    for (let i = 0; i < SERVERS; i++) {
      const log = new LoggedHub();
      const options: RedisOptions = { url: server.url, handOver: true, whileDisconnected: 'fail' };
      managers.push(redis(options)(log.hub) as MovingManager);
      await log.logged(/over Redis/);
    }
  });
  afterAll(async () => {
    for (const manager of managers) await manager.close?.();
    await server.close();
  });

  async function connect(i: number): Promise<ModelConnection> {
    const id = `${run}-${i}`;
    const connection = new KeepingConnection(id, `user ${id}`);
    await managers[i % SERVERS]?.onConnected(connection);
    const moved = Promise.resolve();
    const groups = new Set<string>();
    return { id, groups, expected: [], earlier: [], server: i % SERVERS, connection, moved };
  }

  async function move(model: ModelConnection): Promise<void> {
    const from = managers[model.server] as MovingManager;
    const to = (model.server + 1) % SERVERS;
    const { isMoved } = await recordConnection(from, model.connection);
    const claimed = await claimConnection(managers[to] as MovingManager, model.connection);
    if (claimed === undefined || !(await isMoved)) throw new Error('The connection did not move.');
    model.earlier = [...model.earlier, ...claimed.before];
    model.connection = claimed.connection;
    model.server = to;
  }

  /** Moves a connection after its last move. The next commands run meanwhile. */
  function startMove(model: ModelConnection): void {
    model.moved = model.moved.then(() => move(model));
  }

  /** Waits until a connection has received everything that was sent to it. */
  async function sync(model: ModelConnection, text: string): Promise<void> {
    model.expected.push(text);
    await managers[0]?.sendUser(`user ${model.id}`, 'm', [text]);
    await model.moved;
    if (!model.earlier.includes(text)) await model.connection.until(text);
  }

  async function runCommand(
    command: Command,
    text: string,
    models: readonly ModelConnection[],
  ): Promise<void> {
    const [sender] = managers as [MovingManager];
    const expectBy = (receivers: readonly ModelConnection[]): void => {
      for (const { expected } of receivers) expected.push(text);
    };
    switch (command.do) {
      case 'send all':
        expectBy(models);
        return sender.sendAll('m', [text]);
      case 'send group':
        expectBy(models.filter(({ groups }) => groups.has(command.group)));
        return sender.sendGroup(`${run} ${command.group}`, 'm', [text]);
      default:
    }
    const model = models[command.index] as ModelConnection;
    switch (command.do) {
      case 'send user':
        expectBy([model]);
        return sender.sendUser(`user ${model.id}`, 'm', [text]);
      case 'send connection':
        expectBy([model]);
        return sender.sendConnections([model.id], 'm', [text]);
      case 'join':
      case 'leave': {
        // Messages that are still on their way must not race with the change.
        await sync(model, text);
        if (command.isMoving) startMove(model);
        const name = `${run} ${command.group}`;
        const manager = managers[command.by] as MovingManager;
        if (command.do === 'join') await manager.addToGroup(model.id, name);
        else await manager.removeFromGroup(model.id, name);
        if (command.do === 'join') model.groups.add(command.group);
        else model.groups.delete(command.group);
        return undefined;
      }
      default:
        startMove(model);
        return undefined;
    }
  }

  test('each connection receives what a simple model expects, also while it moves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), async (commands) => {
        run++;
        const models = await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => connect(i)));
        for (const [i, each] of commands.entries()) await runCommand(each, `message ${i}`, models);
        await Promise.all(models.map(({ moved }) => moved));
        await runCommand({ do: 'send all' }, 'end', models);
        for (const { connection, earlier, expected, id } of models) {
          await connection.until('end');
          expect([...earlier, ...connection.received], id).toEqual(expected);
        }
        for (const { connection, server: last } of models)
          await managers[last]?.onDisconnected(connection);
      }),
      { numRuns: 60, seed: 19 },
    );
  });
});
