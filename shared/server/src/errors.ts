import { createError, type ErrorCode } from '@practical-signalr/protocol';
import { BindingError } from './binding-error.ts';
import { ClientTimeoutError } from './client-timeout-error.ts';
import { ConnectionNotFoundError } from './connection-not-found-error.ts';
import { HubError } from './hub-error.ts';
import { describedTokenError, TokenError } from './token-error.ts';
import { logMessages, refusals } from './log-messages.ts';
import { wireMessages } from './wire-messages.ts';

export { BindingError, ConnectionNotFoundError };

/** The end of a connection, for code that still uses it. */
class ConnectionAbortedError extends Error {
  override readonly name = 'AbortError';
}

/** Creates an error whose message the client receives. */
export const hubError = (code: ErrorCode, message: string) =>
  createError(code, message, { type: HubError });

export const typeError = (code: ErrorCode, message: string) =>
  createError(code, message, { type: TypeError });

const rangeError = (code: ErrorCode, message: string) =>
  createError(code, message, { type: RangeError });

/** The errors of this package. The page `errors.md` of the documentation explains their codes. */
export const errors = {
  // Mapping hubs
  hubNameInvalid: (hubClass: string) =>
    typeError(
      'ERR_SIGNALR_HUB_NAME_INVALID',
      `The option 'name' of the hub class '${hubClass}' must be a string that is not empty. Set a name, or leave out the option.`,
    ),
  hubNameChanged: (hubClass: string, name: string, newName: string) =>
    typeError(
      'ERR_SIGNALR_HUB_NAME_INVALID',
      `The hub class '${hubClass}' is already mapped with the name '${name}', so it cannot have the name '${newName}'. Use one name for all paths of a class.`,
    ),
  pathInUse: (path: string) =>
    createError(
      'ERR_SIGNALR_PATH_IN_USE',
      `A hub is already mapped at '${path}'. Map each path once.`,
    ),
  invalidPath: (path: string) =>
    createError(
      'ERR_SIGNALR_INVALID_PATH',
      `The path '${path}' of a hub does not start with a slash. Use a path such as '/chat'.`,
    ),
  pathPatternInvalid: (path: string, segment: string) =>
    createError(
      'ERR_SIGNALR_PATH_PATTERN_INVALID',
      `The path '${path}' of a hub cannot be reached because of '${segment}'. Write parameters as whole segments such as ':tenant', each with its own name. Other patterns, '..', encoded slashes and control characters are not supported.`,
    ),
  routerInUse: () =>
    createError(
      'ERR_SIGNALR_ROUTER_IN_USE',
      'router() was called twice. Mount one router: a second one would negotiate again.',
    ),
  serverClosed: () =>
    createError(
      'ERR_SIGNALR_SERVER_CLOSED',
      'This SignalRServer is closed. Create a new SignalRServer.',
    ),
  notAHub: (name: string) =>
    typeError(
      'ERR_SIGNALR_NOT_A_HUB',
      `${name} does not extend Hub. Pass a class that extends Hub, or a function that returns an instance of one.`,
    ),
  methodNameInUse: (hub: string, name: string) =>
    createError(
      'ERR_SIGNALR_METHOD_NAME_IN_USE',
      `${hub} has two methods with the name '${name}'. Method names are case-insensitive. Rename one method, or set its 'name' in the option 'methods'.`,
    ),
  argumentsRequired: (hub: string, name: string) =>
    typeError(
      'ERR_SIGNALR_ARGUMENTS_REQUIRED',
      `The parameters of ${hub}.${name} cannot be counted, because the function has a default value or a rest parameter, or a decorator wraps it. List them in the option 'methods', with a schema or undefined for each: { ${name}: { arguments: [undefined] } }. If a wrapped method returns a stream, add streams: true.`,
    ),
  methodsMissing: (hub: string, names: string) =>
    typeError(
      'ERR_SIGNALR_METHODS_MISSING',
      `The option 'methods' of ${hub} is missing. List the methods that clients may call, for example { methods: ['sendMessage'] }, or pass an empty array. ${hub} has these methods, private ones included: ${names}.`,
    ),
  methodsInvalid: (hub: string, name: string) =>
    typeError(
      'ERR_SIGNALR_METHODS_INVALID',
      `The option 'methods' of ${hub} is invalid at '${name}'. Pass an array of names, or an object of names with options, for example { sendMessage: {} }.`,
    ),
  methodReserved: (hub: string, name: string) =>
    createError(
      'ERR_SIGNALR_METHOD_RESERVED',
      `The option 'methods' of ${hub} names '${name}', which clients can never call. Remove it from the list.`,
    ),
  unknownMethod: (hub: string, name: string, names: string) =>
    createError(
      'ERR_SIGNALR_UNKNOWN_METHOD',
      `The option 'methods' names '${name}', but ${hub} has no such method. Check the spelling, and write a field or an accessor as a method. Methods of ${hub}: ${names}.`,
    ),

  // Sending to clients
  methodNameInvalid: (value: string) =>
    typeError(
      'ERR_SIGNALR_METHOD_NAME_INVALID',
      `The name of a client method is ${value}. Pass a string that is not empty.`,
    ),
  targetInvalid: (kind: string, value: string) =>
    typeError(
      'ERR_SIGNALR_TARGET_INVALID',
      `The name of a ${kind} is ${value}. Pass a string that is not empty.`,
    ),
  targetsInvalid: (kind: string, value: string) =>
    typeError(
      'ERR_SIGNALR_TARGET_INVALID',
      `The names of ${kind}s are ${value}. Pass an array of strings.`,
    ),
  userIdInvalid: (type: string) =>
    typeError(
      'ERR_SIGNALR_USER_ID_INVALID',
      `The userIdProvider returned a value of type '${type}'. Return a string, or null if the connection has no user. It must not be asynchronous.`,
    ),

  // Options
  loggerInvalid: (missing: string) =>
    typeError(
      'ERR_SIGNALR_LOGGER_INVALID',
      `The option 'logger' has no function '${missing}'. Pass an object with the functions debug, info, warn and error, for example console.`,
    ),
  allowedOriginsInvalid: (value: string) =>
    typeError(
      'ERR_SIGNALR_ALLOWED_ORIGINS_INVALID',
      `The option 'allowedOrigins' contains '${value}', which is not an origin. Use '*' or an array of origins such as ['https://example.org'], without a path. Pages with the origin 'null' must use a token.`,
    ),
  unknownOption: (name: string, owner = 'SignalRServer') =>
    typeError(
      'ERR_SIGNALR_UNKNOWN_OPTION',
      `'${name}' is not an option of ${owner}. Check the spelling.`,
    ),
  optionNotPositive: (name: string, range = 'a number greater than 0') =>
    rangeError('ERR_SIGNALR_OPTION_NOT_POSITIVE', `The option '${name}' must be ${range}.`),
  timeTooLong: (name: string, maximum: number) =>
    rangeError(
      'ERR_SIGNALR_TIME_TOO_LONG',
      `The option '${name}' must be at most ${maximum} ms, because a timer of Node cannot wait longer.`,
    ),
  rateActionInvalid: (value: unknown) =>
    rangeError(
      'ERR_SIGNALR_RATE_ACTION_INVALID',
      `The option 'limits.onRateExceeded' cannot be '${String(value)}'. Use 'fail' or 'close'.`,
    ),
  rateLimitExceeded: () =>
    hubError('ERR_SIGNALR_RATE_LIMIT_EXCEEDED', wireMessages.connectionRateExceeded),
  unknownTransport: (name: string, available: string) =>
    rangeError(
      'ERR_SIGNALR_UNKNOWN_TRANSPORT',
      `'${name}' is not a transport. Available: ${available}.`,
    ),
  protocolsMissing: () =>
    rangeError(
      'ERR_SIGNALR_PROTOCOLS_MISSING',
      "The option 'protocols' is empty. Pass at least one hub protocol.",
    ),
  connectionTokenKeysMissing: () =>
    typeError(
      'ERR_SIGNALR_CONNECTION_TOKEN_KEYS_MISSING',
      "The option 'connectionTokens' has no keys. Pass an array of secrets, the same on all servers. Is the environment variable set?",
    ),
  connectionTokenKeyInvalid: (position: number) =>
    typeError(
      'ERR_SIGNALR_CONNECTION_TOKEN_KEY_INVALID',
      `Key ${position} of 'connectionTokens' must be a secret string of at least 32 bytes, for example randomBytes(32).toString('base64'). Is the environment variable set?`,
    ),
  connectionTokenLifetimeInvalid: (maximum: number) =>
    rangeError(
      'ERR_SIGNALR_CONNECTION_TOKEN_LIFETIME_INVALID',
      `The option 'connectionTokens.lifetime' must be a number of ms greater than 0 and at most ${maximum}. It is the time between negotiation and the WebSocket.`,
    ),

  // Authentication and authorization
  authenticationInvalid: () =>
    typeError(
      'ERR_SIGNALR_AUTHENTICATION_INVALID',
      "The option 'authentication' must be the result of jwtBearer or requestUser, an object with a method 'authenticate', or 'none'.",
    ),
  authenticationMissing: (path: string) =>
    createError(
      'ERR_SIGNALR_AUTHENTICATION_MISSING',
      `The hub at '${path}' has the option 'authorize' but no authentication, so it would refuse everyone. Add authentication, for example jwtBearer, to the server or to this hub.`,
    ),
  authorizeInvalid: (subject: string) =>
    typeError(
      'ERR_SIGNALR_AUTHORIZE_INVALID',
      `The option 'authorize' of ${subject} must be true, or an object with roles (an array), policy (a function) or both.`,
    ),
  jwtKeyMissing: () =>
    typeError(
      'ERR_SIGNALR_JWT_KEY_MISSING',
      'jwtBearer has no key. Pass a secret, a public key in PEM, or a KeyObject. Is the environment variable set?',
    ),
  jwtKeyUnreadable: () =>
    typeError(
      'ERR_SIGNALR_JWT_KEY_UNREADABLE',
      'The key of jwtBearer looks like PEM but cannot be read. Pass the complete text with its line breaks.',
    ),
  jwtKeyUnusable: () =>
    typeError(
      'ERR_SIGNALR_JWT_KEY_UNUSABLE',
      'The key of jwtBearer fits no algorithm. Use a secret of at least 32 bytes (RFC 7518), or a public key: RSA, or EC on P-256, P-384 or P-521.',
    ),
  jwtKeyMismatch: (algorithm: string) =>
    typeError(
      'ERR_SIGNALR_JWT_KEY_MISMATCH',
      `The key of jwtBearer cannot be used with ${algorithm}. HS256, HS384 and HS512 need a secret of 32, 48 and 64 bytes. All others need a public key, which is never used as a secret.`,
    ),
  jwtAlgorithmUnknown: (name: string) =>
    typeError(
      'ERR_SIGNALR_JWT_ALGORITHM_UNKNOWN',
      `jwtBearer does not support the algorithm '${name}'. Use HS256, RS256, PS256, ES256 or their longer variants. Unsigned tokens are never accepted.`,
    ),
  jwtAlgorithmsMissing: () =>
    typeError(
      'ERR_SIGNALR_JWT_ALGORITHMS_MISSING',
      "jwtBearer has no algorithms. Set the option 'algorithms': a key function does not imply them.",
    ),
  jwtAlgorithmsMixed: () =>
    typeError(
      'ERR_SIGNALR_JWT_ALGORITHMS_MIXED',
      'jwtBearer does not mix algorithms of secrets (HS…) and of public keys, because anyone who knows a public key could sign with it. Map one hub for each kind.',
    ),
  jwtOptionEmpty: (name: string) =>
    typeError(
      'ERR_SIGNALR_JWT_OPTION_EMPTY',
      `The option '${name}' of jwtBearer is empty. Set a value, or remove the option if it must not be checked.`,
    ),
  jwtClockToleranceInvalid: () =>
    rangeError(
      'ERR_SIGNALR_JWT_CLOCK_TOLERANCE_INVALID',
      "The option 'clockTolerance' of jwtBearer must be a number of ms that is not negative.",
    ),
  authenticationTimedOut: (timeout: number) =>
    createError(
      'ERR_SIGNALR_AUTHENTICATION_TIMEOUT',
      `Authentication took longer than ${timeout} ms. Make the handler or key function faster, or increase 'handshakeTimeout'.`,
    ),
  tokenMalformed: () =>
    createError('ERR_SIGNALR_TOKEN_MALFORMED', 'The token cannot be read. Send a JWT (RFC 7519).', {
      type: TokenError,
    }),
  tokenRejected: (reason: string) =>
    createError('ERR_SIGNALR_TOKEN_REJECTED', reason, { type: TokenError }),
  tokenKeyNotFound: (cause?: unknown) =>
    describedTokenError(
      'ERR_SIGNALR_TOKEN_KEY_NOT_FOUND',
      wireMessages.signatureKeyNotFound,
      cause,
    ),
  tokenSignatureInvalid: () =>
    describedTokenError('ERR_SIGNALR_TOKEN_SIGNATURE_INVALID', wireMessages.signatureInvalid),
  tokenExpired: (date: string) =>
    describedTokenError('ERR_SIGNALR_TOKEN_EXPIRED', wireMessages.tokenExpired(date)),
  tokenNotYetValid: (date: string) =>
    describedTokenError('ERR_SIGNALR_TOKEN_NOT_YET_VALID', wireMessages.tokenNotYetValid(date)),
  tokenCriticalHeader: () =>
    describedTokenError('ERR_SIGNALR_TOKEN_CRITICAL_HEADER', wireMessages.tokenCriticalHeader),
  tokenWithoutExpiration: () =>
    describedTokenError(
      'ERR_SIGNALR_TOKEN_WITHOUT_EXPIRATION',
      wireMessages.tokenWithoutExpiration,
    ),
  tokenIssuerInvalid: (issuer: string) =>
    describedTokenError('ERR_SIGNALR_TOKEN_ISSUER_INVALID', wireMessages.issuerInvalid(issuer)),
  tokenAudienceInvalid: (audience: string) =>
    describedTokenError(
      'ERR_SIGNALR_TOKEN_AUDIENCE_INVALID',
      wireMessages.audienceInvalid(audience),
    ),

  // Calls of hub methods
  hubDisposed: (name: string) =>
    createError(
      'ERR_SIGNALR_HUB_DISPOSED',
      `Cannot access a disposed object. Object name: '${name}'. A hub exists for one call only. To send later or from other code, use the hub context that mapHub returned.`,
    ),
  hubWithoutCall: (name: string) =>
    createError(
      'ERR_SIGNALR_HUB_WITHOUT_CALL',
      `${name} was not created for a call. Only the server creates hubs for calls. To send from other code, use the hub context that mapHub returned.`,
    ),
  hubReused: (name: string) =>
    createError(
      'ERR_SIGNALR_HUB_REUSED',
      `The factory of ${name} returned an instance that was used for another call. Create a new instance for each call.`,
    ),
  argumentCountInvalid: (count: number, expected: number) =>
    Object.assign(
      createError('ERR_SIGNALR_ARGUMENT_COUNT', wireMessages.wrongArgumentCount(count, expected), {
        type: BindingError,
      }),
      { reason: refusals.wrongArgumentCount(count, expected) },
    ),
  /** `position` counts all parameters of the method from 1. */
  argumentInvalid: (position: number, paths: string, issues: string) =>
    Object.assign(
      createError('ERR_SIGNALR_ARGUMENT_INVALID', wireMessages.wrongArgumentType, {
        type: BindingError,
      }),
      {
        reason: refusals.argumentInvalid(position, paths),
        hubError: hubError(
          'ERR_SIGNALR_ARGUMENT_INVALID',
          wireMessages.argumentInvalid(position, issues),
        ),
      },
    ),
  argumentsUnreadable: (cause: unknown) =>
    Object.assign(
      createError(
        'ERR_SIGNALR_ARGUMENT_INVALID',
        cause instanceof Error && cause.message === wireMessages.argumentsNoArray
          ? `${cause.name}: ${cause.message}`
          : wireMessages.wrongArgumentType,
        { type: BindingError, cause },
      ),
      { reason: refusals.argumentsUnreadable },
    ),
  streamNotDeclared: (hub: string, method: string) =>
    typeError(
      'ERR_SIGNALR_STREAM_NOT_DECLARED',
      `${hub}.${method} returned a stream, but it is not a generator. Write { ${method}: { streams: true } } in the option 'methods'.`,
    ),
  uploadCountInvalid: (count: number, expected: number) =>
    hubError('ERR_SIGNALR_UPLOAD_COUNT', wireMessages.wrongUploadCount(count, expected)),
  uploadItemInvalid: (issues?: string) =>
    hubError('ERR_SIGNALR_UPLOAD_ITEM_INVALID', wireMessages.itemNotBound(issues)),
  uploadFailed: (message: string) => hubError('ERR_SIGNALR_UPLOAD_FAILED', message),

  // Client results
  clientResultFailed: (message: string) => hubError('ERR_SIGNALR_CLIENT_RESULT_FAILED', message),
  clientResultMissing: () =>
    hubError('ERR_SIGNALR_CLIENT_RESULT_MISSING', wireMessages.clientResultMissing),
  clientResultInvalid: (type: string, issues: string) =>
    hubError('ERR_SIGNALR_CLIENT_RESULT_INVALID', wireMessages.clientResultInvalid(type, issues)),
  tooManyClientResults: (connectionId: string, maximum: number) =>
    hubError(
      'ERR_SIGNALR_TOO_MANY_CLIENT_RESULTS',
      `Connection '${connectionId}' has ${maximum} pending invocations. Wait for results before you invoke it again.`,
    ),
  clientResultUnexpected: (id: string) =>
    createError(
      'ERR_SIGNALR_CLIENT_RESULT_UNEXPECTED',
      `Connection ${id} sent a result for an invocation of another client and was closed. Use an official client.`,
    ),
  invocationCanceled: () =>
    hubError('ERR_SIGNALR_INVOCATION_CANCELED', wireMessages.invocationCanceled),
  connectionNotFound: (id: string) =>
    createError('ERR_SIGNALR_CONNECTION_NOT_FOUND', wireMessages.connectionDoesNotExist(id), {
      type: ConnectionNotFoundError,
    }),

  // Connections
  connectionLost: (id: string) =>
    hubError('ERR_SIGNALR_CONNECTION_LOST', wireMessages.connectionLost(id)),
  connectionAborted: (id: string) =>
    createError('ERR_SIGNALR_CONNECTION_ABORTED', wireMessages.connectionLost(id), {
      type: ConnectionAbortedError,
    }),
  clientTimeout: (interval: number) =>
    createError('ERR_SIGNALR_CLIENT_TIMEOUT', wireMessages.clientTimeout(interval), {
      type: ClientTimeoutError,
    }),
  closedByClient: (message: string) => createError('ERR_SIGNALR_CLOSED_BY_CLIENT', message),
  sequenceInvalid: () => createError('ERR_SIGNALR_SEQUENCE_INVALID', wireMessages.sequenceTooHigh),
  recordTooLarge: (length: number, maximum: number) =>
    createError('ERR_SIGNALR_RECORD_TOO_LARGE', logMessages.recordTooLarge(length, maximum)),

  // Presence
  presenceQueryInvalid: (problem: string) =>
    typeError(
      'ERR_SIGNALR_PRESENCE_QUERY_INVALID',
      `The query of presence is invalid: ${problem}. Correct it.`,
    ),
  presenceInvalid: () =>
    typeError(
      'ERR_SIGNALR_PRESENCE_INVALID',
      "The option 'presence' needs the result of localPresence() and a server without 'scaleOut'. With scale-out, pass the presence of its package to it, for example redis({ url, presence }).",
    ),

  // Tests of hubs
  testConnectionClosed: (method: string) =>
    createError(
      'ERR_SIGNALR_TEST_CONNECTION_CLOSED',
      `The connection closed before '${method}' was called. Look for the error that closed it.`,
    ),
} as const;
