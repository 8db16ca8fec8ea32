import fc from 'fast-check';
import { type ClientKind, groupNames, SLOTS, type Target } from '../model.ts';
import type { World } from '../world.ts';
import { Close, Connect, Drop } from './connection-commands.ts';
import { Call, ChangeGroup, Send, Settle } from './message-commands.ts';
import type { ModelCommand } from './model-command.ts';
import { EndServer, JumpClock } from './server-commands.ts';

/** The number of operations of a run. Long runs are cheap, short ones are easier to read. */
const RUN_LENGTH = 80;

const slot = fc.nat(SLOTS - 1);
const group = fc.constantFrom(...groupNames);
const protocol = fc.constantFrom('json' as const, 'messagepack' as const);
const kind: fc.Arbitrary<ClientKind> = fc.oneof(
  fc.record({
    transport: fc.constant('WebSockets' as const),
    protocol,
    isStateful: fc.boolean(),
    reconnects: fc.boolean(),
  }),
  fc.record({
    transport: fc.constant('ServerSentEvents' as const),
    protocol: fc.constant('json' as const),
    isStateful: fc.constant(false),
    reconnects: fc.boolean(),
  }),
  fc.record({
    transport: fc.constant('LongPolling' as const),
    protocol,
    isStateful: fc.constant(false),
    reconnects: fc.boolean(),
  }),
);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ to: fc.constantFrom('all' as const, 'others' as const, 'caller' as const) }),
  fc.record({ to: fc.constant('group' as const), group }),
  fc.record({ to: fc.constantFrom('group' as const, 'othersInGroup' as const), group }),
  fc.record({ to: fc.constantFrom('user' as const, 'client' as const), slot }),
);

/** Generates the operations of a run. It starts with a client at each position. */
export function arbitraryCommands(world: World): fc.Arbitrary<Iterable<ModelCommand>> {
  const connect = fc
    .tuple(slot, kind, fc.nat(3))
    .map(([client, how, position]) => new Connect(client, how, position));
  const send = fc.tuple(slot, target).map(([client, to]) => new Send(client, to));
  const change = fc
    .tuple(slot, fc.constantFrom('join' as const, 'join' as const, 'leave' as const), slot, group)
    .map(([by, what, client, name]) => new ChangeGroup(by, what, client, name));
  const call = fc
    .tuple(
      slot,
      fc.constantFrom('echo' as const, 'ask' as const, 'stream' as const, 'upload' as const),
      fc.nat(20),
    )
    .map(([client, what, count]) => new Call(client, what, count));
  const end = fc
    .tuple(fc.constantFrom('kill' as const, 'handOver' as const, 'restart' as const), slot)
    .map(([event, client]) => new EndServer(event, client, world));
  const jump = fc.constantFrom(-60, -1, 1, 60).map((minutes) => new JumpClock(minutes, world));
  const drop = slot.map((client) => new Drop(client));
  const close = slot.map((client) => new Close(client));
  const settle = fc.constant(new Settle());
  const many = <T>(count: number, command: T): T[] => Array<T>(count).fill(command);
  const weighted: fc.Arbitrary<ModelCommand>[] = [
    ...many(3, connect),
    close,
    ...many(2, drop),
    end,
    jump,
    settle,
    ...many(8, send),
    ...many(5, change),
    ...many(3, call),
  ];
  const others = fc.commands(weighted, { maxCommands: RUN_LENGTH, size: 'max' });
  // Most runs have members of a group from the start.
  const start = fc.record({ how: kind, isMember: fc.boolean() });
  const starts = fc.array(start, { minLength: SLOTS, maxLength: SLOTS });
  return fc
    .tuple(starts, others)
    .map(([clients, commands]) => [
      ...clients.map(({ how }, position) => new Connect(position, how, position)),
      ...clients.flatMap(({ isMember }, position) =>
        isMember ? [new ChangeGroup(position, 'join', position, 'g')] : [],
      ),
      ...(commands as Iterable<ModelCommand>),
    ]);
}
