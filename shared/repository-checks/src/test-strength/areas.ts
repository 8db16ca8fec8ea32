/** A part of the code whose tests are measured with mutations. */
export interface MutationArea {
  /** Patterns of the files that are changed, from the root of the repository. */
  readonly sources: readonly string[];
  /** Patterns of the tests that have to notice the changes. */
  readonly tests: readonly string[];
  /** How long a test may take, in ms. Default: 20,000. */
  readonly testTimeout?: number;
}

const server = 'shared/server/src';
const redis = 'shared/redis/src';
/** Tests of whole servers, which also cover hubs and transports. */
const serverTests = ['bad-input', 'message-pack', 'server-pause', 'user-code-throws'].map(
  (name) => `${server}/${name}.test.ts`,
);

/** Tests of small servers, which mostly cover how hubs bind and run calls. */
const hubTests = ['hubs/client-results', 'hubs/hub-filter', 'hubs/hub-method-options']
  .concat('hubs/streams/streams', 'hubs/streams/uploads', 'hubs/streams/canceled-calls')
  .concat('hubs/connection/connected-hook', 'user-code-throws', 'bad-input')
  .map((name) => `${server}/${name}.test.ts`);

/** Files whose unit tests, next to them, have to notice the changes: minutes instead of hours. */
function unitsOf(folder: string, names: readonly string[]): MutationArea {
  return {
    sources: names.map((name) => `${folder}/${name}.ts`),
    tests: names.map((name) => `${folder}/${name}.test.ts`),
  };
}

/** The areas by their name in `npm run mutation -- --area`. */
export const areas: Readonly<Record<string, MutationArea>> = {
  protocol: {
    sources: ['shared/protocol/src/**/*.ts'],
    tests: ['shared/protocol/src/**/*.test.ts'],
  },
  'protocol-limits': unitsOf('shared/protocol/src', [
    'handshake',
    'json/json-text',
    'json/text-record-reader',
    'message-pack/binary-message-reader',
    'message-pack/harmless-decoder',
    'message-pack/safe-message-pack',
  ]),
  authentication: {
    sources: [`${server}/authentication/*.ts`],
    tests: [`${server}/authentication/*.test.ts`, `${server}/express-sessions.test.ts`],
    // Some tests start servers. On a busy machine, they take seconds.
    testTimeout: 8000,
  },
  'transport-limits': unitsOf(`${server}/transports`, [
    'buffered-transport',
    'sliced-writer',
    'web-socket-frame',
    'write-batcher',
  ]),
  'hub-limits': unitsOf(`${server}/hubs`, [
    'connection/call-queue',
    'connection/keep-alive',
    'connection/message-buffer',
    'reading/incoming-chunks',
    'reading/read-budget',
    'reading/read-gate',
    'connection/stateful-transport',
  ]),
  'redis-units': unitsOf(redis, [
    'pending-acks',
    'client-results/remote-invocations',
    'pub-sub/redis-channels',
    'pub-sub/redis-protocol',
  ]),
  // Only tests without a network. They take milliseconds, so a test that takes seconds hangs, also
  // on a busy machine.
  'redis-manager': {
    sources: ['redis-lifetime-manager', 'connection-subscriptions', 'group-commands']
      .concat('client-results/remote-client-results', 'server-commands/*')
      .map((name) => `${redis}/${name}.ts`),
    tests: ['manager-without-network', 'manager-notifications', 'vectors', 'foreign-payloads']
      .concat('slow-last-member')
      .concat('client-results/remote-client-results', 'group-commands', 'server-commands/*')
      .concat('hand-over/moving-invocations')
      .map((name) => `${redis}/${name}.test.ts`),
    testTimeout: 4000,
  },
  'hub-streams': unitsOf(`${server}/hubs/streams`, [
    'client-streams',
    'stream-pump',
    'upload-stream',
    'upload-streams',
  ]),
  'hub-dispatch': {
    sources: [`${server}/hubs/dispatch/*.ts`],
    tests: [`${server}/hubs/dispatch/*.test.ts`, ...hubTests],
  },
  // The other files of the folder belong to `hub-limits`.
  'hub-connection': {
    sources: ['hub-connection', 'hub-membership', 'hub-handshake', 'caller-context', 'diagnostics']
      .concat('incoming-messages', 'incoming-rate', 'outgoing-messages', 'user-identifier')
      .map((name) => `${server}/hubs/connection/${name}.ts`),
    // Not the tests that start servers: each change would take seconds.
    tests: ['hub-connection', 'hub-connection-times', 'hub-handshake', 'caller-context']
      .concat('diagnostics', 'incoming-rate', 'user-identifier')
      .concat('hub-membership', 'incoming-messages', 'outgoing-messages', 'hub-connection-reading')
      .concat('../hand-over/departure')
      .map((name) => `${server}/hubs/connection/${name}.test.ts`),
    testTimeout: 4000,
  },
  // Not long-polling.test.ts: it starts a server, so each change would take seconds.
  'long-polling': {
    sources: [`${server}/transports/long-polling.ts`],
    tests: [`${server}/transports/long-polling-transport.test.ts`],
  },
  // Not server-sent-events.test.ts: it starts a server, so each change would take seconds.
  'server-sent-events': {
    sources: [`${server}/transports/server-sent-events.ts`],
    tests: ['server-sent-events-transport', 'accepts-event-stream'].map(
      (name) => `${server}/transports/${name}.test.ts`,
    ),
  },
  'web-sockets': {
    sources: [`${server}/transports/{web-sockets,web-socket-upgrade,web-socket/*}.ts`],
    // Not web-sockets.test.ts: it starts a server, so each change would take seconds.
    tests: [`${server}/transports/{web-socket-transport,web-socket-upgrade,web-socket/*}.test.ts`],
  },
  transports: {
    sources: [`${server}/transports/*.ts`],
    // Not send-progress.test.ts: each change that it notices would take a minute.
    tests: [`${server}/transports/!(send-progress).test.ts`],
  },
  hubs: {
    sources: [`${server}/hubs/**/*.ts`],
    tests: [`${server}/hubs/**/*.test.ts`, ...serverTests],
  },
  redis: {
    sources: ['redis-lifetime-manager', 'pending-acks', 'connection-subscriptions']
      .concat(
        'group-commands',
        'client-results/remote-client-results',
        'client-results/remote-invocations',
      )
      .concat('pub-sub/redis-protocol', 'pub-sub/redis-channels')
      .map((name) => `${redis}/${name}.ts`),
    tests: [`${redis}/*.test.ts`, `${redis}/pub-sub/*.test.ts`],
  },
};
