import { errorTexts } from '../error-texts.ts';

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: errorTexts.refused,
  ENOENT: errorTexts.refused,
  ENOTFOUND: errorTexts.hostUnknown,
  EAI_AGAIN: errorTexts.hostUnknown,
  ETIMEDOUT: errorTexts.timedOut,
  ECONNRESET: errorTexts.tlsNeeded,
  EPROTO: errorTexts.tlsNeeded,
};

const byText: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [/^(WRONGPASS|ERR AUTH|ERR invalid password)/, () => errorTexts.wrongPassword],
  [
    /^NOAUTH|HELLO must be called with the client already authenticated/,
    () => errorTexts.passwordNeeded,
  ],
  [
    /^NOPERM.*?'([^'|]+)/,
    ([, command]) => errorTexts.noPermission((command as string).toUpperCase()),
  ],
  [/^NOPERM/, () => errorTexts.noPermission('PUBLISH or SUBSCRIBE')],
  [/^READONLY/, () => errorTexts.readOnly],
  [/^(LOADING|MASTERDOWN|CLUSTERDOWN)/, () => errorTexts.loading],
  [/unknown command.*HELLO|NOPROTO/i, () => errorTexts.protocolTooOld],
  [/SSL|wrong version number|packet length too long/i, () => errorTexts.tlsNeeded],
  [/sentinel/i, () => errorTexts.noSentinel],
];

/** The cause of an error of Redis or of its client as one sentence, without what could be secret. */
export function explainRedisError(error: unknown, wasConnected: boolean): string {
  const { name, code, message } = (error ?? {}) as {
    name?: string;
    code?: string;
    message?: string;
  };
  const first =
    error instanceof AggregateError
      ? (error.errors[0] as { code?: string } | undefined)?.code
      : code;
  if (first !== undefined && /^ERR_SSL_.*ALERT/.test(first)) return errorTexts.tlsRefused(first);
  if (first !== undefined && /CERT|SELF_SIGNED|UNABLE_TO/.test(first))
    return errorTexts.badCertificate(first);
  const constructorName = error instanceof Error ? error.constructor.name : name;
  if (constructorName === 'ConnectionTimeoutError') return errorTexts.timedOut;
  if (
    constructorName === 'SocketClosedUnexpectedlyError' ||
    first === 'ECONNRESET' ||
    first === 'EPIPE'
  ) {
    return wasConnected ? errorTexts.connectionEnded : errorTexts.tlsNeeded;
  }
  if (/^(ClientOffline|ClientClosed|DisconnectsClient)Error$/.test(constructorName ?? ''))
    return errorTexts.away;
  if (first !== undefined && byCode[first] !== undefined) return byCode[first];
  for (const [pattern, explain] of byText) {
    const match = message?.match(pattern);
    if (match != null) return explain(match);
  }
  // Redis' own replies start with a word in capitals and repeat no password.
  return /^[A-Z]{3,} /.test(message ?? '') ? errorTexts.other(message as string) : errorTexts.away;
}

/** Whether Redis has answered with an error: it is there, and it has refused. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /^(SimpleError|BlobError|ErrorReply)$/.test(error.constructor.name);
