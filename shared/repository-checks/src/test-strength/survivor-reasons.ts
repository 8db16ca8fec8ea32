import type { Survivor } from './mutation-results.ts';

/** Why no test notices a kind of change. */
interface SurvivorReason {
  /** A part of the path. Default: every file. */
  readonly file?: string;
  readonly mutator?: string;
  /** Matches `code → replacement`. Default: every change. */
  readonly change?: RegExp;
  readonly reason: string;
}

const SAME_RESULT =
  'The result is the same: another check, or the next step, decides equally for every input';
const SPEED =
  'Only the time or the memory changes: a fast path, a cache, or a copy that is avoided';
const UNREACHABLE =
  'The changed value is never used: a default for a value that is always present, or a field that is set before it is read';
const ERROR_KIND = 'The caller is refused in both cases, with another error or description';
const TESTED_LATER = 'A test that notices it was added after the measurement';
const CODE_GONE = 'The code is gone since the measurement';
const ODD_DEFAULT = 'The changed default is a string that no input contains';
const OTHER_TEST =
  'A test that is not part of the area notices it, because it takes a minute: send-progress.test.ts';
const FREE_CHOICE =
  'Both are valid: it does not matter in which of two frames a byte is, or which of two equal times counts';
const NUMBER_OF_IDS = 'It only matters after two billion commands of one process';
const SPURIOUS_CHECK =
  'The caller checks once more whether the connection is idle, and finds the same result';
const HISTORY =
  'Tests over a real Redis, which are not part of the area, notice it: history/history.test.ts';
const CLOSED_MEANWHILE =
  'It only matters if a connection closes while the history restores its groups';

/** The first entry that fits a survivor gives its reason. */
const reasons: readonly SurvivorReason[] = [
  {
    file: 'text-record-reader',
    change: /chunks|FRAGMENTED|start === 0|most <=|pending === ''/,
    reason: SPEED,
  },
  { file: 'protocol/src/handshake', change: /chunk\.slice|end < 0/, reason: TESTED_LATER },
  { file: 'handshake', change: /buffer\.length|common|\* 3/, reason: SPEED },
  { file: 'harmless-decoder', change: /REFUSED_KEY/, reason: SPEED },
  { file: 'binary-message-reader', change: /end|filled/, reason: SPEED },
  { file: 'protocol/src', reason: SAME_RESULT },
  { file: 'allowed-origins', change: /\$\{host\}/, reason: SPEED },
  { file: 'allowed-origins', reason: SAME_RESULT },
  { file: 'claims', reason: SAME_RESULT },
  { file: 'verification-key', reason: SAME_RESULT },
  { file: 'redact-tokens', change: /^\[\]/, reason: ODD_DEFAULT },
  { file: 'redact-tokens', reason: UNREACHABLE },
  { file: 'jwt-bearer', mutator: 'StringLiteral', reason: ODD_DEFAULT },
  // Both ways lead to the same error: the next step refuses what is no token, and the token is
  // trimmed.
  { file: 'jwt-bearer', change: /tokenMalformed|typeof token|bearer/, reason: SAME_RESULT },
  { file: 'jwt-bearer', change: /tokenKeyNotFound/, reason: ERROR_KIND },
  { file: 'jwt-validation', change: /issuer|audience|null/, reason: SAME_RESULT },
  { file: 'authorization', change: /isThenable/, reason: SPEED },
  { file: 'authorization', change: /authorize === true|^true/, reason: SAME_RESULT },
  {
    file: 'buffered-transport',
    change: /bytesInFlight|isExceeded|limit\b|true$/,
    reason: OTHER_TEST,
  },
  {
    file: 'buffered-transport',
    change: /isScheduled|largestMessage|frames\.length|Scheduled/,
    reason: SPEED,
  },
  { file: 'buffered-transport', change: /Stryker|isStopped/, reason: UNREACHABLE },
  { file: 'buffered-transport', change: /isClosed/, reason: SAME_RESULT },
  { file: 'sliced-writer', change: /Stryker/, reason: UNREACHABLE },
  { file: 'sliced-writer', change: /queuedBytes|MAXIMUM_SLICE/, reason: SPEED },
  { file: 'sliced-writer', reason: SAME_RESULT },
  { file: 'web-socket-frame', change: /ends|end ===|frameLength/, reason: SPEED },
  { file: 'web-socket-frame', reason: FREE_CHOICE },
  { file: 'write-batcher', reason: SPEED },
  { file: 'long-polling', change: /payload|body\.length/, reason: SPEED },
  { file: 'long-polling', change: /Stryker/, reason: UNREACHABLE },
  { file: 'long-polling', change: /^poll !== undefined/, reason: SAME_RESULT },
  { file: 'filter-chain', change: /length >|length >=/, reason: SPEED },
  { file: 'filter-chain', change: /\?\.\(/, reason: SAME_RESULT },
  { file: 'filter-chain', reason: TESTED_LATER },
  { file: 'dispatch/hub-method.ts', reason: TESTED_LATER },
  { file: 'method-signature', change: /depth|token/, reason: TESTED_LATER },
  { file: 'argument-binding', reason: SAME_RESULT },
  { file: 'hubs/dispatch', change: /protocol\?\.transferFormat →/, reason: UNREACHABLE },
  { file: 'hub-dispatcher', change: /hubError|^invocationId .* true$/, reason: SAME_RESULT },
  { file: 'hub-dispatcher', reason: TESTED_LATER },
  { file: 'hub-methods', reason: TESTED_LATER },
  { file: 'method-signature', reason: UNREACHABLE },
  { file: 'client-streams', change: /hasUploads/, reason: SPURIOUS_CHECK },
  { file: 'client-streams', change: /onIdle\?\./, reason: SAME_RESULT },
  { file: 'upload-stream.ts', change: /true$/, reason: UNREACHABLE },
  { file: 'upload-stream.ts', change: /items/, reason: SPEED },
  {
    file: 'connection/hub-connection',
    change: /\?\.(createReader|stop|restore|awaitClient|read) →|protocol === |refuseHandshake/,
    reason: UNREACHABLE,
  },
  {
    file: 'connection/hub-connection',
    change: /^(reason|rest\.length|left|invocation) /,
    reason: SAME_RESULT,
  },
  { file: 'connection/hub-connection', change: /isClosing|^true/, reason: SAME_RESULT },
  { file: 'connection/diagnostics', change: /hasSubscribers/, reason: SPEED },
  { file: 'hub-membership', change: /^hook !==/, reason: SAME_RESULT },
  { file: 'call-queue', change: /^'' →/, reason: SAME_RESULT },
  { file: 'call-queue', reason: TESTED_LATER },
  { file: 'message-buffer', change: /acknowledgedId → .* >= /, reason: SAME_RESULT },
  { file: 'message-buffer', change: /ackDueAt/, reason: FREE_CHOICE },
  { file: 'message-buffer', reason: TESTED_LATER },
  { file: 'read-budget', change: /waiting === undefined|first|^false/, reason: TESTED_LATER },
  { file: 'read-budget', reason: SAME_RESULT },
  { file: 'frame-reader', change: /_HEADER|HEADER_|bytes\.length → false/, reason: SAME_RESULT },
  { file: 'frame-reader', change: /FIRST_BEYOND|count > 0/, reason: SPEED },
  { file: 'text-parts-decoder', change: /isAscii/, reason: SPEED },
  { file: 'text-parts-decoder', reason: SAME_RESULT },
  { file: 'serve-without-upgrade', reason: SAME_RESULT },
  { file: 'web-socket-upgrade', change: /^true/, reason: CODE_GONE },
  { file: 'web-socket-upgrade', change: /protocol/, reason: SPEED },
  { file: 'observed-web-socket', change: /default/, reason: SAME_RESULT },
  { file: 'transports/web-sockets.ts', change: /\?\./, reason: SAME_RESULT },
  { file: 'pending-acks', change: /MAX_ID/, reason: NUMBER_OF_IDS },
  {
    file: 'redis/src',
    change:
      /ackTimeout|errors\.wrongResultSender|invokedId|minimumLength \S+ (false|.*&&)|^invocationId/,
    reason: TESTED_LATER,
  },
  {
    file: 'redis-lifetime-manager',
    change: /^\(connection, group\)|^\{ hubName, logger/,
    reason: HISTORY,
  },
  { file: 'redis-lifetime-manager', change: /connectionId\) !== conn/, reason: CLOSED_MEANWHILE },
  { file: 'redis-lifetime-manager', change: /isSent/, reason: SAME_RESULT },
  { file: 'redis-lifetime-manager', reason: TESTED_LATER },
  { file: 'connection-subscriptions', change: /returnAddress/, reason: SAME_RESULT },
  { file: 'connection-subscriptions', reason: TESTED_LATER },
  { file: 'incoming-commands', reason: TESTED_LATER },
  { file: 'run-server-command', reason: TESTED_LATER },
  { file: 'redis/src', reason: SAME_RESULT },
];

/** Returns why no test notices a change, or undefined if nobody has explained it. */
export function reasonOf({ file, mutator, code, replacement }: Survivor): string | undefined {
  return reasons.find(
    (each) =>
      (each.file === undefined || file.includes(each.file)) &&
      (each.mutator === undefined || each.mutator === mutator) &&
      (each.change === undefined || each.change.test(`${code} → ${replacement}`)),
  )?.reason;
}
