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
const MANY = 'A limit of thousands of entries or megabytes that protects the memory';
const OTHER_VERSION = 'Another version of the Redis client, or of the other servers';
export const NOT_EXAMINED = 'Not examined: this may be a gap of the tests';

/** The first entry that fits a branch gives its reason. */
const reasons: readonly BranchReason[] = [
  { file: 'transports/sliced-writer', code: /bytes === undefined/, reason: GUARANTEED },
  { file: 'ordered-delivery', code: /next === undefined/, reason: GUARANTEED },
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
];

/** Returns why no test runs a branch. */
export function reasonOfGap({ file, code }: Pick<Gap, 'file' | 'code'>): string {
  const known = reasons.find((each) => file.includes(each.file) && each.code.test(code));
  return known?.reason ?? NOT_EXAMINED;
}
