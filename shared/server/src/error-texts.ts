/** Every text that a user of this package can see, in one place. Those that go over the wire are ASP.NET Core's. */
export const errorTexts = {
  // Over the wire, to the client of a hub
  methodDoesNotExist: 'HubException: Method does not exist.',
  failedToInvoke: (target: string) => `Failed to invoke '${target}' due to an error on the server.`,
  unexpectedError: (target: string) => `An unexpected error occurred invoking '${target}' on the server.`,
  wrongArgumentCount: (got: number, expected: number) =>
    `InvalidDataException: Invocation provides ${got} argument(s) but target expects ${expected}.`,
  wrongArgumentType:
    'InvalidDataException: Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked.',
  streamingCallOfPlainMethod: (target: string) =>
    `The client attempted to invoke the non-streaming '${target}' method with a streaming invocation.`,
  plainCallOfStreamingMethod: (target: string) =>
    `The client attempted to invoke the streaming '${target}' method with a non-streaming invocation.`,
  wrongUploadCount: (got: number, expected: number) => `Client sent ${got} stream(s), Hub method expects ${expected}.`,
  itemNotBound: 'Failed to bind Stream message.',
  tooManyStreams: (most: number) =>
    `A connection may have at most ${most} streams running. Cancel one before the next.`,
  tooManyUploads: (most: number) => `A connection may have at most ${most} uploads open. End one before the next.`,
  invocationIdInUse: (id: string) => `Invocation ID '${id}' is already in use.`,
  noStream: (target: string) =>
    `The value returned by the streaming method '${target}' is not a ChannelReader<> or IAsyncEnumerable<>.`,
  streamFailed: 'An error occurred on the server while streaming results.',
  invocationCanceled: 'Invocation canceled by the server.',
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  answerWithoutResult: 'The client ended the call without a result.',
  connectionClosedWithError: 'Connection closed with an error.',
  clientTimeout: (ms: number) => `Client has been silent for longer than the client timeout interval of ${ms} ms.`,
  handshakeCanceled: 'Handshake was canceled.',
  handshakeFailed: 'An unexpected error occurred during connection handshake.',
  protocolNotSupported: (name: string) => `The protocol '${name}' is not supported.`,
  protocolVersionNotSupported: (version: number, name: string) =>
    `The server does not support version ${version} of the '${name}' protocol.`,
  // Over HTTP
  negotiateVersionNotInteger: 'The client requested a non-integer protocol version.',
  negotiateVersionNotSupported: (version: number) =>
    `The client requested version '${version}', but the server does not support this version.`,
  connectionIdRequired: 'Connection ID required',
  noConnection: 'No Connection with that ID',
  cannotChangeTransport: 'Cannot change transports mid-connection',
  transportNotSupported: (name: string) => `${name} transport not supported by this end point type`,
  postToWebSocket: 'POST requests are not allowed for WebSocket connections.',
  deleteOfWebSocket: 'Cannot terminate this connection using the DELETE endpoint.',
  tooManyNegotiated: 'The server holds too many connections that were negotiated and not opened. Try again later.',
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
  routerMountedTwice: 'router() was called twice. Mount one router: a second one would answer negotiation twice.',
  notAHub: (name: string) =>
    `${name} does not extend Hub. Pass a class that extends Hub, or a function that returns such an object.`,
  nameTakenTwice: (hub: string, name: string) =>
    `${hub} has two methods that answer to '${name}': names are found without regard to case. Rename one, or give it a name on the wire.`,
  unknownMethodOption: (hub: string, name: string) =>
    `The options of ${hub} name a method '${name}' that the hub does not have. Check the spelling.`,
  unknownOption: (name: string) => `'${name}' is not an option of SignalRServer. Check the spelling.`,
  notPositive: (name: string) => `The option '${name}' must be a number greater than 0.`,
  wrongTransport: (name: string) =>
    `'${name}' is not a transport. Use 'WebSockets', 'ServerSentEvents' or 'LongPolling'.`,
  noProtocols: 'The option protocols must name at least one hub protocol.',
  serverClosed: 'This SignalRServer is closed. Create a new one.',
  wrongAnswerType: (method: string) =>
    `The client's answer to '${method}' is not of the type that the option clientResults of the hub gives it.`,
  // In the log
  answeredByOther: (id: string) =>
    `Connection ${id} answered a question that another client was asked, and was closed.`,
  missingProtocol: (id: string, protocol: string) =>
    `Connection ${id} was closed: a message for it came from another server that does not speak its protocol '${protocol}'. Give all servers the same protocols.`,
  receiverTooSlow: (id: string) => `Connection ${id} does not read what is sent to it and was closed.`,
  connectedHookFailed: (hub: string) => `onConnected of ${hub} failed; the connection was closed.`,
  disconnectedHookFailed: (hub: string) => `onDisconnected of ${hub} failed.`,
  disconnectedHookHangs: (hub: string) =>
    `onDisconnected of ${hub} did not return in time; the server closed without waiting longer.`,
  lifetimeFailed: (hub: string) => `The lifetime manager of ${hub} failed to let a connection go.`,
  methodFailed: (hub: string, method: string) => `${hub}.${method} failed.`,
  badMessage: (id: string) => `Connection ${id} sent a message that cannot be read and was closed.`,
  sendFailed: (target: string) => `What answers '${target}' could not be written.`,
} as const;
