import type { Gap } from './coverage-results.ts';

/** Why no test runs a kind of branch. */
interface BranchReason {
  /** A part of the path. */
  readonly file: string;
  /** Matches the line of the branch. */
  readonly code: RegExp;
  readonly reason: string;
}

const GUARANTEED =
  'The types need the check, but a step before guarantees the other case: the branch cannot run';
const MEANTIME = 'Something closes between two steps that wait: tests cannot choose this moment';
const UNEXPECTED_ERROR =
  'An error of code that does not fail today: the branch keeps such an error from being lost';
const OTHER_PROCESS =
  'Processes of their own run it, which are not measured: cluster/run-workers.test.ts';
const MANY = 'A limit of thousands of entries or megabytes that protects the memory';
const OTHER_VERSION = 'Another version of the Redis client, or of the other servers';
const CHANGED_LATER =
  'After the measurement, a test that runs it was added, or the branch was removed';
const BROKEN_INSTALLATION = 'A file of the package is missing';
const BROWSER = 'Browsers only: Node has a Buffer';
const OTHER_PACKAGE = 'Tests of another package run it: shared/examples/todo-board';
export const NOT_EXAMINED = 'Not examined: this may be a gap of the tests';

/** The first entry that fits a branch gives its reason. */
const reasons: readonly BranchReason[] = [
  { file: 'transports/sliced-writer', code: /bytes === undefined/, reason: GUARANTEED },
  { file: 'ordered-delivery', code: /next === undefined/, reason: GUARANTEED },
  { file: 'endpoint-set', code: /container === undefined/, reason: GUARANTEED },
  { file: 'start-emulator', code: /error\.message/, reason: GUARANTEED },
  { file: 'entra-check', code: /typeof claims/, reason: GUARANTEED },
  { file: 'upgrade-handler', code: /(definition|events) === undefined/, reason: GUARANTEED },
  { file: 'hubs/connection/hub-connection', code: /protocol === undefined/, reason: GUARANTEED },
  { file: 'connection-tokens', code: /typeof (jti|claims)/, reason: GUARANTEED },
  { file: 'worker-lifetime-manager', code: /^default:/, reason: OTHER_VERSION },
  { file: 'redis/src', code: /withTypeMapping/, reason: OTHER_VERSION },
  { file: 'admin-router', code: /headersSent|answer\(response, 500/, reason: UNEXPECTED_ERROR },
  { file: 'http-handler', code: /headersSent/, reason: UNEXPECTED_ERROR },
  { file: 'broker-connection', code: /instanceof RespError/, reason: UNEXPECTED_ERROR },
  { file: 'broker-connection', code: /MAX_UNREAD_BYTES/, reason: MANY },
  { file: 'watch-redis', code: /MAX_COUNTED_CHANNELS/, reason: MANY },
  { file: 'shared-rates', code: /MAXIMUM_USERS/, reason: MANY },
  { file: 'pending-acks', code: /MAX_ID/, reason: MANY },
  { file: 'hub-hand-over', code: /isClosing|restored === undefined/, reason: MEANTIME },
  { file: 'redis-lifetime-manager', code: /it has closed/, reason: MEANTIME },
  { file: 'hand-over/departures', code: /byRecord\.has/, reason: MEANTIME },
  { file: 'redis-connection', code: /'closed'|publisher === undefined/, reason: MEANTIME },
  { file: 'presence-connection', code: /#isClosed/, reason: MEANTIME },
  { file: 'json-number', code: /digitMissing/, reason: CHANGED_LATER },
  { file: 'json-token-reader', code: /./, reason: CHANGED_LATER },
  { file: 'json-values', code: /Buffer !== undefined/, reason: BROWSER },
  { file: 'member-reader', code: /endOfMessagePack/, reason: CHANGED_LATER },
  { file: 'message-pack-hub-protocol', code: /65_536/, reason: CHANGED_LATER },
  { file: 'server/src/errors', code: /cause\.name/, reason: CHANGED_LATER },
  { file: 'admin-files', code: /adminFilesMissing/, reason: BROKEN_INSTALLATION },
  { file: 'admin-commands', code: /client === undefined/, reason: GUARANTEED },
  { file: 'admin-state', code: /selected === undefined/, reason: CHANGED_LATER },
  { file: 'allowed-origins', code: /\?\? origin/, reason: GUARANTEED },
  { file: 'server/src/client/', code: /./, reason: CHANGED_LATER },
  { file: 'worker-invocations', code: /invocation === undefined/, reason: GUARANTEED },
  { file: 'worker-lifetime-manager', code: /peers\.size|holder|waits/, reason: CHANGED_LATER },
  { file: 'post-queue', code: /#deliver/, reason: CHANGED_LATER },
  { file: 'signalr-plugin', code: /handleUpgrade/, reason: MEANTIME },
  { file: 'server/src/fastify/', code: /./, reason: CHANGED_LATER },
  { file: 'hosting/admit', code: /endSocket/, reason: CHANGED_LATER },
  { file: 'hub-endpoint', code: /hasJoined/, reason: CHANGED_LATER },
  { file: 'hub-names', code: /hubClass\.name/, reason: GUARANTEED },
  { file: 'mapped-hub', code: /restored !== undefined/, reason: GUARANTEED },
  { file: 'negotiate-redirect', code: /negotiate === undefined/, reason: GUARANTEED },
  { file: 'refresh-endpoint', code: /find\(id\)|tokenLifetimeSeconds/, reason: CHANGED_LATER },
  { file: 'signalr-server', code: /shutdownConnections/, reason: CHANGED_LATER },
  { file: '-endpoint', code: /tooManyEarlyPosts/, reason: MANY },
  { file: 'accept-server', code: /servers\.has/, reason: MEANTIME },
  { file: 'handled-connection', code: /./, reason: CHANGED_LATER },
  { file: 'hub-hand-over', code: /snapshot\.user/, reason: CHANGED_LATER },
  { file: 'http2-upgrade', code: /encoding/, reason: CHANGED_LATER },
  { file: 'server-upgrades', code: /./, reason: CHANGED_LATER },
  { file: 'upgrade-handler', code: /forwardUpgradeToHolder/, reason: OTHER_PROCESS },
  { file: 'upgrade-handler', code: /isFull/, reason: MANY },
  { file: 'upgrade-handler', code: /servers\.has|offers|name !== name/, reason: CHANGED_LATER },
  { file: 'hubs/client-results', code: /typeof type/, reason: CHANGED_LATER },
  { file: 'hubs/hub.ts', code: /#call in/, reason: CHANGED_LATER },
  { file: 'stateful-transport', code: /abortSlowClient/, reason: CHANGED_LATER },
  { file: 'connection-snapshot', code: /protocol === undefined/, reason: CHANGED_LATER },
  { file: 'hubs/hand-over/departure', code: /./, reason: CHANGED_LATER },
  {
    file: 'server/src/limits/',
    code: /users !== undefined|taken\.size > 0/,
    reason: CHANGED_LATER,
  },
  { file: 'open-telemetry-filter', code: /error\.type/, reason: CHANGED_LATER },
  { file: 'connection-lifecycle', code: /./, reason: CHANGED_LATER },
  { file: 'use-hub-connection', code: /NO_DEPENDENCIES|'window' in/, reason: OTHER_PACKAGE },
  { file: 'shared-message', code: /Buffer\.from/, reason: CHANGED_LATER },
  { file: 'http-transports', code: /definition === undefined|needsUpgrade/, reason: CHANGED_LATER },
  { file: 'transports/long-polling', code: /poll !== undefined/, reason: GUARANTEED },
  { file: 'connection-subscriptions', code: /repeatLater/, reason: CHANGED_LATER },
  { file: 'redis-lifetime-manager', code: /departed|connectionOf/, reason: CHANGED_LATER },
  { file: 'hand-over/arrivals', code: /./, reason: CHANGED_LATER },
  { file: 'hand-over/departures', code: /#expire/, reason: CHANGED_LATER },
  { file: 'redis-hand-over', code: /connection !== undefined/, reason: CHANGED_LATER },
  { file: 'presence-tracker', code: /staleEntries/, reason: CHANGED_LATER },
];

/** Returns why no test runs a branch. */
export function reasonOfGap({ file, code }: Pick<Gap, 'file' | 'code'>): string {
  const known = reasons.find((each) => file.includes(each.file) && each.code.test(code));
  return known?.reason ?? NOT_EXAMINED;
}
