import type { LoadOptions, Workload } from './workload.ts';

type Part = Pick<Workload, 'name' | 'description' | 'clients'> & Partial<Workload>;

/** Returns how often a message is broadcast, so that a run has about this many deliveries. */
const countFor = (deliveries: number, clients: number): number =>
  Math.max(5, Math.round(deliveries / clients));

const create = (options: Workload['options'], unit: Workload['unit'], part: Part): Workload => ({
  unit,
  metrics: ['cpuMicroseconds'],
  needs: [],
  servers: 'shared',
  quick: false,
  options,
  ...part,
});

/** Returns how long a run takes at least, in seconds, so that its CPU time is precise. */
const durationFor = (share: number): number => Math.max(0.3, share);

/** Creates a workload with one call that broadcasts many messages. Sends may be combined. */
function createBurst(part: Part, deliveries: number, more: LoadOptions = {}): Workload {
  const options: Workload['options'] = (clients, share) => ({
    mode: 'burst',
    clients,
    count: countFor(deliveries * share, clients),
    'at-least': durationFor(share),
    ...more,
  });
  return create(options, 'delivery', part);
}

/**
 * Creates a workload of broadcasts, each of which starts when all clients have received the
 * previous one.
 */
function createStep(part: Part, deliveries: number, more: LoadOptions = {}): Workload {
  const options: Workload['options'] = (clients, share) => ({
    mode: 'step',
    clients,
    count: countFor(deliveries * share, clients),
    ...more,
  });
  return create(options, 'delivery', part);
}

function createEcho(part: Part, depth: number, more: LoadOptions = {}): Workload {
  const options: Workload['options'] = (clients, share) => ({
    mode: 'echo',
    clients,
    depth,
    seconds: Math.max(0.6, share),
    'warm-up': 0.2,
    ...more,
  });
  return create(options, 'call', part);
}

function createConnect(part: Part, more: LoadOptions): Workload {
  const options: Workload['options'] = (clients) => ({ mode: 'connect', clients, ...more });
  return create(options, 'connection', part);
}

function createStream(part: Part, items: number, more: LoadOptions = {}): Workload {
  const options: Workload['options'] = (clients, share) => ({
    mode: 'stream',
    clients,
    count: Math.round((items * share) / clients),
    'at-least': durationFor(share),
    ...more,
  });
  return create(options, 'item', { needs: ['streams'], ...part });
}

const many = (clients: number): string => clients.toLocaleString('en');

const broadcasts = [100, 1000, 5000].flatMap((clients) => [
  createBurst(
    {
      name: `W1-burst-${clients}`,
      description: `one call broadcasts many messages to ${many(clients)} clients`,
      clients,
      quick: clients === 1000,
      ...(clients === 1000 ? {} : { isForHubs: true }),
    },
    200_000,
  ),
  createStep(
    {
      name: `W1-step-${clients}`,
      description: `one broadcast at a time to ${many(clients)} clients`,
      clients,
      quick: clients === 1000,
      metrics: ['cpuMicroseconds', 'p99Microseconds'],
      ...(clients === 1000 ? {} : { isForHubs: true }),
    },
    clients === 5000 ? 200_000 : 60_000,
  ),
]);

const echoes = [1, 16].map((depth) =>
  createEcho(
    {
      name: `W2-echo-${depth}`,
      description: `50 clients with ${depth} outstanding ${depth === 1 ? 'call' : 'calls'} each`,
      clients: 50,
      quick: true,
    },
    depth,
  ),
);

const memory = createConnect(
  {
    name: 'W3-memory-10000',
    description: 'memory per connection with 10,000 idle clients, in a new process',
    clients: 10_000,
    servers: 'fresh',
    metrics: ['bytesPerConnection'],
  },
  { window: 64, hold: 3 },
);

const connects = [
  createConnect(
    {
      name: 'W4-connect',
      description: '2,000 clients connect, 32 at a time, with negotiation',
      clients: 2000,
      quick: true,
      isForHubs: true,
    },
    { window: 32 },
  ),
  createConnect(
    {
      name: 'W4-connect-skipneg',
      description: 'the same without negotiation',
      clients: 2000,
      needs: ['negotiate'],
    },
    { window: 32, negotiate: 0 },
  ),
];

const streams = [1, 50].flatMap((clients) => {
  const description = clients === 1 ? 'one stream' : `${clients} streams at the same time`;
  return [
    createStream(
      {
        name: `W5-stream-${clients}`,
        description,
        clients,
        quick: clients === 1,
        ...(clients === 1 ? {} : { isForHubs: true }),
      },
      clients === 1 ? 200_000 : 300_000,
    ),
    createStream(
      {
        name: `W5-plain-stream-${clients}`,
        description: `${description}, from a plain generator`,
        clients,
        needs: ['streams', 'plain-stream'],
        comparedWith: `W5-stream-${clients}`,
      },
      clients === 1 ? 200_000 : 300_000,
      { 'stream-method': 'PlainStream' },
    ),
  ];
});

const groups = create(
  (clients, share) => ({
    mode: 'group',
    clients,
    groups: 100,
    count: Math.round(20_000 * share),
    'at-least': durationFor(share),
  }),
  'delivery',
  {
    name: 'W6-group',
    description: 'messages to random groups: 1,000 clients in 100 groups',
    clients: 1000,
    quick: true,
  },
);

const inMessagePack: LoadOptions = { protocol: 'messagepack' };
const messagePack = [
  createBurst(
    { name: 'W7-mp-burst-1000', description: 'W1-burst-1000 in MessagePack', clients: 1000 },
    200_000,
    inMessagePack,
  ),
  createStep(
    { name: 'W7-mp-step-1000', description: 'W1-step-1000 in MessagePack', clients: 1000 },
    60_000,
    inMessagePack,
  ),
  createEcho(
    { name: 'W7-mp-echo-1', description: 'W2-echo-1 in MessagePack', clients: 50 },
    1,
    inMessagePack,
  ),
  createEcho(
    { name: 'W7-mp-echo-16', description: 'W2-echo-16 in MessagePack', clients: 50 },
    16,
    inMessagePack,
  ),
].map((workload): Workload => ({ ...workload, needs: ['messagepack'] }));

const onRedis = [
  createBurst(
    {
      name: 'W8-redis-burst-1000',
      description: 'W1-burst-1000 on two servers and one Redis',
      clients: 1000,
    },
    200_000,
  ),
  createStep(
    {
      name: 'W8-redis-step-1000',
      description: 'W1-step-1000 on two servers and one Redis',
      clients: 1000,
    },
    60_000,
  ),
  createStep(
    {
      name: 'W8-redis-latency',
      description: 'one client on each of two servers: the time to the client of the other server',
      clients: 2,
      metrics: ['crossP50Microseconds', 'cpuMicroseconds'],
    },
    4000,
  ),
].map((workload): Workload => ({ ...workload, needs: ['redis'], servers: 'redis' }));

const overHttp = (['sse', 'lp'] as const).flatMap((transport) => {
  const name = transport === 'sse' ? 'Server-Sent Events' : 'Long Polling';
  const more = { transport };
  return [
    createBurst(
      {
        name: `W9-${transport}-burst-1000`,
        description: `W1-burst-1000 over ${name}`,
        clients: 1000,
      },
      200_000,
      more,
    ),
    createStep(
      {
        name: `W9-${transport}-step-1000`,
        description: `W1-step-1000 over ${name}`,
        clients: 1000,
      },
      50_000,
      more,
    ),
    createEcho(
      { name: `W9-${transport}-echo-1`, description: `W2-echo-1 over ${name}`, clients: 50 },
      1,
      more,
    ),
  ].map((workload): Workload => ({ ...workload, needs: ['http-transports'] }));
});

const reconnects = create(
  (clients) => ({ mode: 'reconnect', clients, window: 64, hold: 0.5, limit: 120 }),
  'connection',
  {
    name: 'W10-reconnect-10000',
    description: '10,000 clients lose their connection and reconnect at once',
    clients: 10_000,
    canShrink: true,
    needs: ['reconnect'],
    metrics: ['seconds', 'p99Microseconds'],
  },
);

/** All workloads, in the order in which they run. Those with new servers run last. */
export const workloads: readonly Workload[] = [
  ...broadcasts,
  ...echoes,
  ...connects,
  ...streams,
  groups,
  ...messagePack,
  ...onRedis,
  ...overHttp,
  reconnects,
  memory,
];
