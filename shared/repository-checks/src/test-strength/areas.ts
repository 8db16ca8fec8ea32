/** A part of the code whose tests are measured with mutations. */
export interface MutationArea {
  /** Patterns of the files that are changed, from the root of the repository. */
  readonly sources: readonly string[];
  /** Patterns of the tests that have to notice the changes. */
  readonly tests: readonly string[];
}

const server = 'shared/server/src';
const redis = 'shared/redis/src';
/** Tests of whole servers, which also cover hubs and transports. */
const serverTests = ['bad-input', 'message-pack', 'server-pause', 'user-code-throws'].map(
  (name) => `${server}/${name}.test.ts`,
);

/** The areas by their name in `npm run mutation -- --area`. */
export const areas: Readonly<Record<string, MutationArea>> = {
  protocol: {
    sources: ['shared/protocol/src/**/*.ts'],
    tests: ['shared/protocol/src/**/*.test.ts'],
  },
  authentication: {
    sources: [`${server}/authentication/*.ts`],
    tests: [`${server}/authentication/*.test.ts`, `${server}/express-sessions.test.ts`],
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
      .concat('group-commands', 'remote-client-results', 'remote-invocations')
      .concat('pub-sub/redis-protocol', 'pub-sub/redis-channels')
      .map((name) => `${redis}/${name}.ts`),
    tests: [`${redis}/*.test.ts`, `${redis}/pub-sub/*.test.ts`],
  },
};
