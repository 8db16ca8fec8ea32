/** Every text that a user of this package can see, in one place. Those that go over the wire are ASP.NET Core's. */
export const errorTexts = {
  // Over the wire, to the client of a hub
  methodDoesNotExist: 'HubException: Method does not exist.',
  failedToInvoke: (target: string) => `Failed to invoke '${target}' due to an error on the server.`,
  unexpectedError: (target: string) =>
    `An unexpected error occurred invoking '${target}' on the server.`,
  wrongArgumentCount: (got: number, expected: number) =>
    `InvalidDataException: Invocation provides ${got} argument(s) but target expects ${expected}.`,
  wrongArgumentType:
    'InvalidDataException: Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked.',
  streamingCallOfPlainMethod: (target: string) =>
    `The client attempted to invoke the non-streaming '${target}' method with a streaming invocation.`,
  unauthorized: (target: string) => `Failed to invoke '${target}' because user is unauthorized`,
  plainCallOfStreamingMethod: (target: string) =>
    `The client attempted to invoke the streaming '${target}' method with a non-streaming invocation.`,
  wrongUploadCount: (got: number, expected: number) =>
    `Client sent ${got} stream(s), Hub method expects ${expected}.`,
  itemNotBound: 'Failed to bind Stream message.',
  streamMoved:
    'The stream ended, since its server hands its clients to another one. Start it again.',
  tooManyStreams: (most: number) =>
    `A connection may have at most ${most} streams running. Cancel one before the next.`,
  tooManyUploads: (most: number) =>
    `A connection may have at most ${most} uploads open. End one before the next.`,
  invocationIdInUse: (id: string) => `Invocation ID '${id}' is already in use.`,
  noStream: (target: string) =>
    `The value returned by the streaming method '${target}' is not a ChannelReader<> or IAsyncEnumerable<>.`,
  streamFailed: 'An error occurred on the server while streaming results.',
  invocationCanceled: 'Invocation canceled by the server.',
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  answerWithoutResult: 'The client ended the call without a result.',
  connectionClosedWithError: 'Connection closed with an error.',
  clientTimeout: (ms: number) =>
    `Client has been silent for longer than the client timeout interval of ${ms} ms.`,
  handshakeCanceled: 'Handshake was canceled.',
  handshakeFailed: 'An unexpected error occurred during connection handshake.',
  protocolNotSupported: (name: string) => `The protocol '${name}' is not supported.`,
  protocolVersionNotSupported: (version: number, name: string) =>
    `The server does not support version ${version} of the '${name}' protocol.`,
  sequenceTooHigh: "Sequence ID greater than amount of messages we've received.",
  // Over HTTP
  negotiateVersionNotInteger: 'The client requested a non-integer protocol version.',
  negotiateVersionNotSupported: (version: number) =>
    `The client requested version '${version}', but the server does not support this version.`,
  connectionIdRequired: 'Connection ID required',
  noConnection: 'No Connection with that ID',
  negotiationRequired:
    'Clients of this hub are served elsewhere: they must negotiate, without the option skipNegotiation.',
  cannotChangeTransport: 'Cannot change transports mid-connection',
  transportNotSupported: (name: string) => `${name} transport not supported by this end point type`,
  postToWebSocket: 'POST requests are not allowed for WebSocket connections.',
  deleteOfOther: 'Cannot terminate this connection using the DELETE endpoint.',
  tooManyPosts:
    'Too many requests of this connection wait to be read. Send the next one when the last is answered.',
  serverClosing: 'The server is shutting down. Connect again later.',
  tooManyNegotiated:
    'The server holds too many connections that were negotiated and not opened. Try again later.',
  tooManyTokens: 'The server remembers too many connection tokens that were used. Try again later.',
  signatureKeyNotFound: 'The signature key was not found',
  signatureInvalid: 'The signature is invalid',
  audienceInvalid: (audience: string) => `The audience '${audience}' is invalid`,
  issuerInvalid: (issuer: string) => `The issuer '${issuer}' is invalid`,
  tokenExpired: (at: string) => `The token expired at '${at}'`,
  tokenNotYetValid: (from: string) => `The token is not valid before '${from}'`,
  tokenWithoutExpiration: 'The token has no expiration',
  // To the developer of the server
  hubUsedAfterCall: (name: string) =>
    `Cannot access a disposed object. Object name: '${name}'. A hub lives for one call only: to send later or from other code, use the hub context that mapHub returned.`,
  hubCreatedByUser: (name: string) =>
    `${name} was not created by a call. Only the server creates hubs for calls; to send from other code, use the hub context that mapHub returned.`,
  hubUsedAgain: (name: string) =>
    `The factory of ${name} gave an instance that has had a call. A hub lives for one call only: make a new one each time.`,
  pathAlreadyMapped: (path: string) => `A hub is already mapped at '${path}'. Map each path once.`,
  pathMustStartWithSlash: (path: string) =>
    `'${path}' is no path for a hub. Start it with a slash, for example '/chat'.`,
  routerMountedTwice:
    'router() was called twice. Mount one router: a second one would answer negotiation twice.',
  notAHub: (name: string) =>
    `${name} does not extend Hub. Pass a class that extends Hub, or a function that returns such an object.`,
  nameTakenTwice: (hub: string, name: string) =>
    `${hub} has two methods that answer to '${name}': names are found without regard to case. Rename one, or give it a name on the wire.`,
  unknownMethodOption: (hub: string, name: string) =>
    `The options of ${hub} name a method '${name}' that the hub does not have. Check the spelling.`,
  unknownOption: (name: string) =>
    `'${name}' is not an option of SignalRServer. Check the spelling.`,
  notPositive: (name: string) => `The option '${name}' must be a number greater than 0.`,
  wrongTransport: (name: string, transports: string) =>
    `'${name}' is not a transport. Available: ${transports}.`,
  noProtocols: 'The option protocols must name at least one hub protocol.',
  connectionTokenKeysMissing:
    "The option 'connectionTokens' needs keys: a list of secrets, the same on all servers. Is an environment variable not set?",
  connectionTokenKeyUnfit: (position: number) =>
    `Key ${position} of 'connectionTokens' must be a secret text of at least 32 bytes, for example randomBytes(32).toString('base64'). Is an environment variable not set?`,
  connectionTokenLifetime: (longest: number) =>
    `The option 'connectionTokens.lifetime' must be a number of ms greater than 0 and at most ${longest}: the time between negotiation and the WebSocket.`,
  serverClosed: 'This SignalRServer is closed. Create a new one.',
  wrongAnswerType: (method: string) =>
    `The client's answer to '${method}' is not of the type that the option clientResults of the hub gives it.`,
  protocolNeedsBinary: (protocol: string, format: string) =>
    `Cannot use the '${protocol}' protocol on the current transport. The transport does not support '${format}' transfer format.`,
  bodyAlreadyRead:
    'The body of the request was read before it came to SignalR. Mount the router before middleware that reads bodies.',
  jwtKeyMissing:
    'jwtBearer needs a key: a secret, a public key in PEM, or a KeyObject. Is an environment variable not set?',
  jwtKeyBroken:
    'The key of jwtBearer looks like PEM and cannot be read. Pass the whole text, line breaks included.',
  jwtKeyUnfit:
    'The key of jwtBearer fits no algorithm. A secret needs at least 32 bytes (RFC 7518); a public key must be RSA, or EC on P-256, P-384 or P-521.',
  jwtKeyDoesNotFit: (algorithm: string) =>
    `The key of jwtBearer cannot be used with ${algorithm}. HS256, HS384 and HS512 need a secret of 32, 48 and 64 bytes, all others a public key; a public key never counts as a secret.`,
  jwtAlgorithm: (name: string) =>
    `jwtBearer does not accept the algorithm '${name}'. Use HS256, RS256, PS256, ES256 or their longer forms; unsigned tokens are never accepted.`,
  jwtAlgorithmsMissing:
    'jwtBearer needs to be told which algorithms count. A key function says nothing of them: name them in `algorithms`.',
  jwtAlgorithmsMixed:
    'jwtBearer does not mix algorithms of secrets (HS…) and of public keys: whoever knows a public key could sign with it. Map two hubs.',
  jwtEmpty: (name: string) =>
    `The option '${name}' of jwtBearer is empty. Name one, or leave it out if it need not be checked.`,
  jwtClockTolerance:
    "The option 'clockTolerance' of jwtBearer must be a number of milliseconds that is not negative.",
  authorizeWithoutAuthentication: (path: string) =>
    `The hub at '${path}' has 'authorize' and no authentication: nobody could be let in. Add authentication, for example jwtBearer, to the server or to this hub.`,
  notAnAuthentication:
    "The option 'authentication' must be what jwtBearer or requestUser returns, an object with a function `authenticate`, or 'none'.",
  notAnAuthorizeRule: (what: string) =>
    `'authorize' of ${what} must be true or an object with roles (a list), policy (a function) or both.`,
  // In the log
  requestFailed: (path: string) => `A request to ${path} failed.`,
  tokenMalformed: 'The token cannot be read.',
  authenticationFailed: (path: string, reason: string) =>
    `A request to ${path} was not authenticated: ${reason}`,
  authenticationBroke: (path: string) =>
    `Authentication of a request to ${path} failed with an error; it was answered with 500.`,
  authenticationTimedOut: (ms: number) => `Authentication took longer than ${ms} ms.`,
  keyNotFound: (path: string) =>
    `The key of a token was not found; a request to ${path} was refused.`,
  forbidden: (path: string, user: string | undefined) =>
    `A request to ${path} was refused: user ${user ?? 'without an id'} may not connect.`,
  userChanged: (id: string) =>
    `Connection ${id} was asked for by another user than its own; that request was refused.`,
  policyFailed: (hub: string, method: string) =>
    `The policy of ${hub}.${method} failed; the call was refused.`,
  userIdFailed: (id: string) => `The userIdProvider failed; connection ${id} was refused.`,
  negotiateFailed: 'A client could not be told where to connect; it got the answer 500.',
  answeredByOther: (id: string) =>
    `Connection ${id} answered a question that another client was asked, and was closed.`,
  missingProtocol: (id: string, protocol: string) =>
    `Connection ${id} was closed: a message for it came from another server that does not speak its protocol '${protocol}'. Give all servers the same protocols.`,
  receiverTooSlow: (id: string) =>
    `Connection ${id} does not read what is sent to it and was closed.`,
  connectedHookFailed: (hub: string) => `onConnected of ${hub} failed; the connection was closed.`,
  refreshedHookFailed: (hub: string) => `onAuthenticationRefreshed of ${hub} failed.`,
  disconnectedHookFailed: (hub: string) => `onDisconnected of ${hub} failed.`,
  disconnectedHookHangs: (hub: string) =>
    `onDisconnected of ${hub} did not return in time; the server closed without waiting longer.`,
  lifetimeFailed: (hub: string) => `The lifetime manager of ${hub} failed to let a connection go.`,
  methodFailed: (hub: string, method: string) => `${hub}.${method} failed.`,
  badMessage: (id: string) => `Connection ${id} sent a message that cannot be read and was closed.`,
  sendFailed: (target: string) => `What answers '${target}' could not be written.`,
} as const;
