import {
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  SocketClosedUnexpectedlyError,
} from '@redis/client';
import { causes } from '../causes.ts';

const errorClasses = Object.entries({
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  SocketClosedUnexpectedlyError,
});

const causeByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: causes.connectionRefused,
  ENOENT: causes.connectionRefused,
  ENOTFOUND: causes.hostUnknown,
  EAI_AGAIN: causes.hostUnknown,
  ETIMEDOUT: causes.timedOut,
  ECONNRESET: causes.tlsMismatch,
  EPROTO: causes.tlsMismatch,
};

const causeByMessage: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [/^(WRONGPASS|ERR AUTH|ERR invalid password)/, () => causes.wrongPassword],
  [
    /^NOAUTH|HELLO must be called with the client already authenticated/,
    () => causes.passwordRequired,
  ],
  [/^NOPERM.*?'([^'|]+)/, ([, command]) => causes.noPermission((command as string).toUpperCase())],
  [/^NOPERM/, () => causes.noPermission('PUBLISH or SUBSCRIBE')],
  [/^OOM/, () => causes.outOfMemory],
  [/^READONLY/, () => causes.readOnly],
  [/^(LOADING|MASTERDOWN|CLUSTERDOWN)/, () => causes.loading],
  [/unknown command.*HELLO|NOPROTO/i, () => causes.versionTooOld],
  [
    /^ERR unknown command ['`]?(\w+)/,
    ([, command]) => causes.unknownCommand((command as string).toUpperCase()),
  ],
  [/SSL|wrong version number|packet length too long/i, () => causes.tlsMismatch],
  [/sentinel/i, () => causes.noSentinelMaster],
];

/** An error of another process. Its message is a cause, as text without secrets. */
export class RelayedError extends Error {}

/** Returns the cause of an error of Redis or of its client as text without secrets. */
export function explainRedisError(error: unknown, wasConnected: boolean): string {
  if (error instanceof RelayedError) return error.message;
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const systemCode =
    error instanceof AggregateError
      ? (error.errors[0] as { code?: string } | undefined)?.code
      : code;
  if (systemCode !== undefined && /^ERR_SSL_.*ALERT/.test(systemCode))
    return causes.tlsRefused(systemCode);
  if (systemCode !== undefined && /CERT|SELF_SIGNED|UNABLE_TO/.test(systemCode))
    return causes.untrustedCertificate(systemCode);
  const className = classNameOf(error);
  if (className === 'ConnectionTimeoutError') return causes.timedOut;
  if (
    className === 'SocketClosedUnexpectedlyError' ||
    systemCode === 'ECONNRESET' ||
    systemCode === 'EPIPE'
  ) {
    return wasConnected ? causes.connectionClosed : causes.tlsMismatch;
  }
  if (/^(ClientOffline|ClientClosed|DisconnectsClient)Error$/.test(className ?? ''))
    return causes.unavailable;
  if (systemCode !== undefined && causeByCode[systemCode] !== undefined)
    return causeByCode[systemCode];
  for (const [pattern, explain] of causeByMessage) {
    const match = message?.match(pattern);
    if (match != null) return explain(match);
  }
  // Error replies of Redis start with a word in capitals and do not repeat passwords. Other
  // messages might.
  return /^[A-Z]{3,} /.test(message ?? '') ? causes.other(message as string) : causes.unavailable;
}

/**
 * Returns whether Redis itself replied with an error, so that it is reachable but refused the
 * command.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /^(SimpleError|BlobError|ErrorReply)$/.test(classNameOf(error) ?? '');

/**
 * Returns the name of the class of an error. Minifiers rename the classes of @redis/client, and the
 * option `client` may come from another copy of it, whose classes have the same names.
 */
function classNameOf(error: unknown): string | undefined {
  const known = errorClasses.find(([, type]) => error instanceof type);
  if (known !== undefined) return known[0];
  if (error instanceof Error) return error.constructor.name;
  return (error as { readonly name?: string } | null | undefined)?.name;
}
