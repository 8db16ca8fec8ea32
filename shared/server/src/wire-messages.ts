/**
 * The messages that clients receive. Those that ASP.NET Core defines must not change.
 */
export const wireMessages = {
  // In hub messages
  methodDoesNotExist: 'HubException: Method does not exist.',
  failedToInvoke: (target: string) => `Failed to invoke '${target}' due to an error on the server.`,
  unexpectedError: (target: string) =>
    `An unexpected error occurred invoking '${target}' on the server.`,
  wrongArgumentCount: (count: number, expected: number) =>
    `InvalidDataException: Invocation provides ${count} argument(s) but target expects ${expected}.`,
  wrongArgumentType:
    'InvalidDataException: Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked.',
  argumentsNoArray: "Reading array length for 'arguments' failed.",
  streamingCallOfPlainMethod: (target: string) =>
    `The client attempted to invoke the non-streaming '${target}' method with a streaming invocation.`,
  unauthorized: (target: string) => `Failed to invoke '${target}' because user is unauthorized`,
  plainCallOfStreamingMethod: (target: string) =>
    `The client attempted to invoke the streaming '${target}' method with a non-streaming invocation.`,
  wrongUploadCount: (count: number, expected: number) =>
    `Client sent ${count} stream(s), Hub method expects ${expected}.`,
  itemNotBound: (issues?: string) =>
    `Failed to bind Stream message.${issues === undefined ? '' : ` ${issues}`}`,
  streamMoved:
    'The stream stopped, because another server has taken over this client. Start it again.',
  callNotMoved:
    'The call stopped, because another server takes over this client. Call the method again.',
  tooManyStreams: (maximum: number) =>
    `A connection can run at most ${maximum} streams. Cancel one before you start the next.`,
  tooManyUploads: (maximum: number) =>
    `A connection can have at most ${maximum} open uploads. Complete one before you start the next.`,
  invocationIdInUse: (id: string) => `Invocation ID '${id}' is already in use.`,
  noStream: (target: string) =>
    `The value returned by the streaming method '${target}' is not a ChannelReader<> or IAsyncEnumerable<>.`,
  streamFailed: 'An error occurred on the server while streaming results.',
  invocationCanceled: 'Invocation canceled by the server.',
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  clientResultMissing: "Exception of type 'Microsoft.AspNetCore.SignalR.HubException' was thrown.",
  clientResultInvalid: (type: string, issues: string) =>
    `Error trying to deserialize result to ${type}. ${issues}`,
  argumentInvalid: (position: number, issues: string) =>
    `Argument ${position} is invalid. ${issues}`,
  rateExceeded: (target: string) =>
    `Failed to invoke '${target}' because the rate limit is exceeded. Call less often.`,
  itemRateExceeded: 'The upload failed because the rate limit is exceeded. Send items less often.',
  connectionRateExceeded: 'The rate limit is exceeded. Call less often.',
  connectionClosedWithError: 'Connection closed with an error.',
  clientTimeout: (ms: number) =>
    `Client has been silent for longer than the client timeout interval of ${ms} ms.`,
  handshakeCanceled: 'Handshake was canceled.',
  handshakeFailed: 'An unexpected error occurred during connection handshake.',
  protocolNotSupported: (name: string) => `The protocol '${name}' is not supported.`,
  protocolVersionNotSupported: (version: number, name: string) =>
    `The server does not support version ${version} of the '${name}' protocol.`,
  sequenceTooHigh: "Sequence ID greater than amount of messages we've received.",
  // In HTTP responses
  negotiateVersionNotInteger: 'The client requested a non-integer protocol version.',
  negotiateVersionNotSupported: (version: number) =>
    `The client requested version '${version}', but the server does not support this version.`,
  connectionIdRequired: 'Connection ID required',
  noConnection: 'No Connection with that ID',
  negotiationRequired:
    'Negotiation redirects the clients of this hub. Do not use the option skipNegotiation.',
  cannotChangeTransport: 'Cannot change transports mid-connection',
  transportNotSupported: (name: string) => `${name} transport not supported by this end point type`,
  postToWebSocket: 'POST requests are not allowed for WebSocket connections.',
  deleteOfOther: 'Cannot terminate this connection using the DELETE endpoint.',
  tooManyPosts:
    'Too many requests of this connection are waiting. Wait for a response before you send the next.',
  originRefused:
    'The origin of this page is not allowed. Add it to the option allowedOrigins of the hub.',
  serverClosing: 'The server is shutting down. Connect again later.',
  tooManyEarlyPosts:
    'Too many connections have sent data before they were open. Open the transport, then send.',
  tooManyConnections: 'The server has too many connections. Connect again later.',
  tooManyConnectionsOfAddress:
    'Too many connections are open from this address. Close one before you open the next.',
  tooManyConnectionsOfUser:
    'Too many connections of this user are open. Close one before you open the next.',
  tooManyTokens: 'The server remembers too many used connection tokens. Try again later.',
  signatureKeyNotFound: 'The signature key was not found',
  signatureInvalid: 'The signature is invalid',
  audienceInvalid: (audience: string) => `The audience '${audience}' is invalid`,
  issuerInvalid: (issuer: string) => `The issuer '${issuer}' is invalid`,
  tokenExpired: (at: string) => `The token expired at '${at}'`,
  tokenNotYetValid: (from: string) => `The token is not valid before '${from}'`,
  tokenCriticalHeader: 'The token requires an extension that is not supported',
  tokenWithoutExpiration: 'The token has no expiration',
  protocolNeedsBinary: (protocol: string, format: string) =>
    `Cannot use the '${protocol}' protocol on the current transport. The transport does not support '${format}' transfer format.`,
  bodyAlreadyRead:
    'The body of the request was read before SignalR received it. Mount the router before middleware that reads bodies.',
} as const;
