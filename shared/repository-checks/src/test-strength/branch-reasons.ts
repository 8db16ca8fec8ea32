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
  { file: 'connection-tokens', code: /typeof (jti|claims)/, reason: GUARANTEED },
  { file: 'worker-lifetime-manager', code: /^default:/, reason: OTHER_VERSION },
  { file: 'redis/src', code: /withTypeMapping/, reason: OTHER_VERSION },
  { file: 'admin-router', code: /headersSent|answer\(response, 500/, reason: UNEXPECTED_ERROR },
  { file: 'http-handler', code: /headersSent/, reason: UNEXPECTED_ERROR },
  { file: 'broker-connection', code: /instanceof RespError/, reason: UNEXPECTED_ERROR },
  { file: 'broker-connection', code: /MAX_UNREAD_BYTES/, reason: MANY },
  { file: 'watch-redis', code: /MAX_COUNTED_CHANNELS/, reason: MANY },
  { file: 'hub-hand-over', code: /isClosing|restored === undefined/, reason: MEANTIME },
  { file: 'redis-lifetime-manager', code: /it has closed/, reason: MEANTIME },
  { file: 'json-values', code: /Buffer !== undefined/, reason: BROWSER },
  { file: 'admin-files', code: /adminFilesMissing/, reason: BROKEN_INSTALLATION },
  { file: 'admin-commands', code: /client === undefined/, reason: GUARANTEED },
  { file: 'allowed-origins', code: /\?\? origin/, reason: GUARANTEED },
  { file: 'worker-invocations', code: /invocation === undefined/, reason: GUARANTEED },
  { file: 'signalr-plugin', code: /handleUpgrade/, reason: MEANTIME },
  { file: 'hub-names', code: /hubClass\.name/, reason: GUARANTEED },
  { file: 'mapped-hub', code: /restored !== undefined/, reason: GUARANTEED },
  { file: 'negotiate-redirect', code: /negotiate === undefined/, reason: GUARANTEED },
  { file: '-endpoint', code: /tooManyEarlyPosts/, reason: MANY },
  { file: 'accept-server', code: /servers\.has/, reason: MEANTIME },
  { file: 'upgrade-handler', code: /forwardUpgradeToHolder/, reason: OTHER_PROCESS },
  { file: 'use-hub-connection', code: /NO_DEPENDENCIES|'window' in/, reason: OTHER_PACKAGE },
  { file: 'transports/long-polling', code: /poll !== undefined/, reason: GUARANTEED },
];

/** Returns why no test runs a branch. */
export function reasonOfGap({ file, code }: Pick<Gap, 'file' | 'code'>): string {
  const known = reasons.find((each) => file.includes(each.file) && each.code.test(code));
  return known?.reason ?? NOT_EXAMINED;
}
