import { decode } from '@msgpack/msgpack';
import {
  type CompletionMessage,
  type HubLifetimeManager,
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
} from '@practical-signalr/server/scale-out';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { redis } from './redis.ts';
import * as wire from './pub-sub/redis-protocol.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { RecordingRedis } from './testing/recording-redis.ts';

interface Call {
  readonly kind: string;
  readonly targets?: string[];
  readonly except?: string[];
  readonly method?: string;
  readonly args?: unknown[];
}
interface Vector {
  readonly name: string;
  readonly call: Call;
  readonly connectionIds?: Record<string, string>;
  readonly channelPrefix?: string;
  readonly protocols: string[];
  readonly channel: string;
  readonly payloadHex?: string;
  readonly payloadLength?: number;
  readonly payloadHeadHex?: string;
  readonly payloadSha256?: string;
  readonly outcome?: { readonly ok: boolean; readonly result?: unknown; readonly message?: string };
}
const file = JSON.parse(
  readFileSync(new URL('../vectors/vectors.json', import.meta.url), 'utf8'),
) as {
  readonly hub: string;
  readonly vectors: Vector[];
  readonly silent: Pick<Vector, 'name' | 'call' | 'protocols'>[];
};

/** The encodings in which .NET writes a value differently, with the same meaning. */
const differentEncodings: Record<string, string[]> = {
  'all, accents and CJK and emoji': ['json'], // \uD83D\uDE00 for an emoji
  'all, characters JSON escapes': ['json'], // \u2028, \u00A0, \u007F
  'all, numbers': ['json'], // 1E+21, 1E-07
  'all, nested object and array': ['messagepack'], // integers inside objects always have five bytes
};

const protocols: Record<string, HubProtocol> = {
  json: new JsonHubProtocol(),
  messagepack: new MessagePackHubProtocol(),
};
const protocolsOf = (names: string[]): HubProtocol[] =>
  names.map((name) => protocols[name] as HubProtocol);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Converts the notation of the vectors to values. */
function value(written: unknown): unknown {
  if (Array.isArray(written)) return written.map(value);
  if (typeof written !== 'object' || written === null) return written;
  const { $bytes, $date, $repeat } = written as {
    $bytes?: string;
    $date?: string;
    $repeat?: [string, number];
  };
  if ($bytes !== undefined) return Uint8Array.from(Buffer.from($bytes, 'hex'));
  if ($date !== undefined) return new Date($date);
  if ($repeat !== undefined) return $repeat[0].repeat($repeat[1]);
  return Object.fromEntries(Object.entries(written).map(([key, inner]) => [key, value(inner)]));
}

function run(
  manager: HubLifetimeManager,
  call: Call,
  ids: Record<string, string>,
  signal?: AbortSignal,
): Promise<unknown> {
  const id = (name: string): string => ids[name] ?? name;
  const to = (call.targets ?? []).map(id);
  const [first = '', second = ''] = to;
  const except = (call.except ?? []).map(id);
  const method = call.method ?? '';
  const args = value(call.args ?? []) as unknown[];
  const calls: Record<string, () => Promise<unknown>> = {
    all: () => manager.sendAll(method, args),
    allExcept: () => manager.sendAllExcept(method, args, except),
    group: () => manager.sendGroup(first, method, args),
    groupExcept: () => manager.sendGroupExcept(first, method, args, except),
    groups: () => manager.sendGroups(to, method, args),
    user: () => manager.sendUser(first, method, args),
    users: () => manager.sendUsers(to, method, args),
    connection: () => manager.sendConnection(first, method, args),
    connections: () => manager.sendConnections(to, method, args),
    addToGroup: () => manager.addToGroup(first, second),
    removeFromGroup: () => manager.removeFromGroup(first, second),
    invoke: () => manager.invokeConnection(first, method, args, signal),
  };
  return (calls[call.kind] as () => Promise<unknown>)();
}

/**
 * Compares the framing byte for byte, and values by their meaning if .NET writes them differently.
 */
function compare(ours: Buffer, vector: Vector): void {
  const name = vector.name.replace(/#\d$/, '');
  if (vector.payloadHex === undefined) {
    expect(ours.length).toBe(vector.payloadLength);
    expect(hex(ours.subarray(0, 64))).toBe(vector.payloadHeadHex);
    expect(createHash('sha256').update(ours).digest('hex')).toBe(vector.payloadSha256);
  } else if (differentEncodings[name] === undefined) expect(hex(ours)).toBe(vector.payloadHex);
  else {
    const [mine, recorded] = [
      wire.readInvocation(ours),
      wire.readInvocation(Buffer.from(vector.payloadHex, 'hex')),
    ];
    expect(hex(wire.writeInvocation({ ...mine, messages: recorded.messages }))).toBe(
      vector.payloadHex,
    );
    expect([...mine.messages.keys()]).toEqual(vector.protocols);
    const differing = vector.protocols.filter(
      (protocol) =>
        hex(mine.messages.get(protocol) as Uint8Array) !==
        hex(recorded.messages.get(protocol) as Uint8Array),
    );
    expect(differing).toEqual(differentEncodings[name]);
    for (const protocol of differing) {
      const read = (from: typeof mine): unknown =>
        meaning(protocol, from.messages.get(protocol) as Uint8Array);
      expect(read(mine)).toEqual(read(recorded));
    }
  }
}

function meaning(protocol: string, message: Uint8Array): unknown {
  if (protocol === 'messagepack') return decode(message.subarray(1));
  const call = JSON.parse(Buffer.from(message).toString().slice(0, -1)) as {
    target: string;
    arguments: unknown[];
  };
  if (call.target !== 'Bin') return call;
  // .NET writes bytes as base64, JSON.stringify as an object with one property per index.
  const [written] = call.arguments;
  return typeof written === 'string'
    ? [...Buffer.from(written, 'base64')]
    : Object.values(written as object);
}

const steps = new Map<string, Vector[]>();
for (const vector of file.vectors) {
  const call = vector.name.replace(/#\d$/, '');
  steps.set(call, [...(steps.get(call) ?? []), vector]);
}
const ofKind = (isOfKind: (kind: string) => boolean): [string, Vector[]][] =>
  [...steps].filter(([, [vector]]) => isOfKind((vector as Vector).call.kind));
const bytes = (vector: Vector | undefined): Buffer => Buffer.from(vector?.payloadHex ?? '', 'hex');

const running: HubLifetimeManager[] = [];
afterEach(async () => {
  for (const manager of running.splice(0)) await manager.close?.();
});

/** Creates two servers without a network. The first one has the server name of the recording. */
function servers(vector: Vector, serverName: string) {
  const bus = new RecordingRedis();
  const common = {
    client: bus.client,
    channelPrefix: vector.channelPrefix ?? '',
    hubName: () => file.hub,
  };
  const start = (name: string): HubLifetimeManager => {
    const create = redis({
      ...common,
      serverName: name,
      protocols: protocolsOf(vector.protocols),
    });
    const manager = create(new LoggedHub().hub);
    running.push(manager);
    return manager;
  };
  return { bus, a: start(serverName), b: start('b') };
}

/**
 * Adds the connections of the recording: `@local` on the first server, all others on the second
 * one.
 */
async function connect(
  { a, b }: { a: HubLifetimeManager; b: HubLifetimeManager },
  ids: Record<string, string>,
) {
  for (const [sign, id] of Object.entries(ids)) {
    const client = new LifetimeSuiteClient(undefined, id);
    Object.assign(client, {
      protocol: sign === '@mp' ? protocols['messagepack'] : protocols['json'],
    });
    await (sign === '@local' ? a : b).onConnected(client);
  }
}

/** Returns the published messages without heartbeats. */
const published = (bus: RecordingRedis): { channel: string; payload: Buffer }[] =>
  bus.published.filter(({ payload }) => hex(payload) !== '9100');

describe('sends publish the same as .NET', () => {
  test.each(ofKind((kind) => !/^(invoke|.*ToGroup|.*FromGroup)$/.test(kind)))(
    '%s',
    async (_name, vectors) => {
      const [vector] = vectors as [Vector];
      const { bus, a, b } = servers(vector, 'a');
      await connect({ a, b }, vector.connectionIds ?? {});
      await run(a, vector.call, vector.connectionIds ?? {});
      const sent = published(bus);
      expect(sent.map(({ channel }) => channel)).toEqual(vectors.map(({ channel }) => channel));
      for (const [i, each] of vectors.entries())
        compare((sent[i] as { payload: Buffer }).payload, each);
    },
  );
});

describe('group changes of connections of another server, and their acks', () => {
  test.each(ofKind((kind) => /(ToGroup|FromGroup)$/.test(kind)))('%s', async (_name, vectors) => {
    const [vector, ack] = vectors as [Vector, Vector];
    const command = wire.readGroupCommand(bytes(vector));
    const { bus, a, b } = servers(vector, command.serverName);
    await connect({ a, b }, vector.connectionIds ?? {});
    // Commands are numbered, so the previous ones of the recording have to be sent first.
    for (let i = 1; i < command.id; i++) await a.addToGroup(command.connectionId, 'before');
    bus.published.length = 0;
    await run(a, vector.call, vector.connectionIds ?? {});
    expect(published(bus).map(({ channel, payload }) => [channel, hex(payload)])).toEqual(
      [vector, ack].map(({ channel, payloadHex }) => [channel, payloadHex]),
    );
  });
});

describe('client results across servers', () => {
  test.each(ofKind((kind) => kind === 'invoke'))('%s', async (_name, vectors) => {
    const [invocation, completion] = vectors as [Vector, Vector | undefined];
    const recorded = wire.readInvocation(bytes(invocation));
    const { bus, a, b } = servers(invocation, String(recorded.returnAddress?.split(':').at(-1)));
    const sign = String(invocation.call.targets?.[0]);
    const id = invocation.channel.split(':').at(-1) as string;
    await connect({ a, b }, { [sign]: id });
    const controller = new AbortController();
    const result = run(a, invocation.call, { [sign]: id }, controller.signal);
    const settled = result.then(
      (value) => ({ ok: true, result: value }),
      (error: unknown) => ({
        ok: false,
        error: (error as Error).name,
        message: (error as Error).message,
      }),
    );
    const [sent] = published(bus) as [{ channel: string; payload: Buffer }];
    const ownId = String(wire.readInvocation(sent.payload).invocationId);
    // Both invocation ids have 22 characters, so the lengths stay the same.
    const asRecorded = (payload: Buffer): Buffer =>
      Buffer.from(
        payload.toString('latin1').replaceAll(ownId, String(recorded.invocationId)),
        'latin1',
      );
    expect(sent.channel).toBe(invocation.channel);
    compare(asRecorded(sent.payload), invocation);
    await new Promise(setImmediate); // The invocation reaches the other server.
    if (completion === undefined) controller.abort();
    else if (invocation.name.includes('drops'))
      await b.onDisconnected(new LifetimeSuiteClient(undefined, id));
    else b.setConnectionResult(id, { ...readRecordedCompletion(completion), invocationId: ownId });
    const { ok, ...rest } = await settled;
    const outcome = (completion ?? invocation).outcome;
    // The caller checks the type of a result, so this package accepts any type.
    if (!invocation.name.includes('wrong type'))
      expect({ ok, ...rest }).toMatchObject(outcome ?? {});
    if (completion === undefined) return;
    const [, returned] = published(bus) as [unknown, { channel: string; payload: Buffer }];
    expect(returned.channel).toBe(completion.channel);
    expect(hex(asRecorded(returned.payload))).toBe(completion.payloadHex);
  });
});

function readRecordedCompletion(vector: Vector): CompletionMessage {
  const { protocol, message } = wire.readCompletion(bytes(vector));
  let completion: unknown;
  protocols[protocol]?.createReader(undefined).read(message, (read) => (completion = read));
  return completion as CompletionMessage;
}

test.each(file.silent)('nothing is published: $name', async ({ call, protocols: names }) => {
  const { bus, a, b } = servers({ name: '', call, protocols: names, channel: '' }, 'a');
  await connect({ a, b }, { '@local': 'local' });
  const abort = new AbortController();
  const done = run(a, call, { '@local': 'local' }, abort.signal).catch(() => undefined);
  abort.abort();
  await done;
  expect(published(bus)).toEqual([]);
});

test('all 61 vectors are used', () => {
  expect(file.vectors).toHaveLength(61);
});
