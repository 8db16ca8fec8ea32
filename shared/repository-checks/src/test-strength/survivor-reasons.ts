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
const UNITS_ONLY =
  'Not examined: only the unit tests of the file ran. Tests that start a server may notice it';
const NOT_EXAMINED = 'Not examined: this may be a gap of the tests';

/** The first entry that fits a survivor gives its reason. */
const reasons: readonly SurvivorReason[] = [
  {
    file: 'text-record-reader',
    change: /chunks|FRAGMENTED|start === 0|most <=|pending === ''/,
    reason: SPEED,
  },
  { file: 'handshake', change: /buffer\.length|common|\* 3/, reason: SPEED },
  { file: 'harmless-decoder', change: /REFUSED_KEY/, reason: SPEED },
  { file: 'binary-message-reader', change: /end|filled/, reason: SPEED },
  { file: 'protocol/src', reason: SAME_RESULT },
  { file: 'allowed-origins', change: /\$\{host\}/, reason: SPEED },
  { file: 'allowed-origins', reason: SAME_RESULT },
  { file: 'claims', reason: SAME_RESULT },
  { file: 'verification-key', reason: SAME_RESULT },
  { file: 'redact-tokens', change: /^start/, reason: TESTED_LATER },
  { file: 'redact-tokens', reason: UNREACHABLE },
  { file: 'jwt-bearer', mutator: 'StringLiteral', reason: UNREACHABLE },
  { file: 'jwt-bearer', change: /errors\.|TokenError/, reason: ERROR_KIND },
  { file: 'jwt-validation', change: /issuer|audience|null/, reason: SAME_RESULT },
  { file: 'authentication/', reason: NOT_EXAMINED },
  { reason: UNITS_ONLY },
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
