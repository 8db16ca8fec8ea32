/** The maximum length of a client's text in the log. */
const MAXIMUM_QUOTED = 100;

/** Quotes a client's text. It must neither fill the log nor forge its lines. */
export const quote = (text: string): string =>
  `'${JSON.stringify(text.slice(0, MAXIMUM_QUOTED)).slice(1, -1)}'`;

/** The reasons why the server did not run a method. They contain no values of the client. */
export const refusals = {
  unknownMethod: 'the hub has no such method',
  wrongArgumentCount: (count: number, expected: number) =>
    `it has ${count} argument(s), and the method expects ${expected}`,
  argumentsUnreadable: 'its arguments cannot be read',
  argumentInvalid: (position: number, paths: string) =>
    `argument ${position} does not match its schema at ${paths}`,
  unauthorized: 'the user is not authorized',
  streamingCallOfPlainMethod: 'the method does not return a stream',
  plainCallOfStreamingMethod: 'the method returns a stream',
  streamNotStarted: 'its invocation id is in use, or too many streams run',
} as const;

/** The messages of the log. They never contain a token. */
export const logMessages = {
  recoveryFailed: (connectionId: string) =>
    `The missed messages of connection '${connectionId}' could not be replayed. The client is notified that it missed some.`,
  hubNameMangled: (name: string) =>
    `The hub class has the short name '${name}', which a minifier may have chosen. Servers reach each other's clients only if the name is the same in all builds. Set it with mapHub(path, Hub, { name }).`,
  hubNameShared: (name: string) =>
    `Two hub classes have the name '${name}', so each receives the messages of the other. Give them different names with mapHub(path, Hub, { name }).`,
  requestFailed: (path: string) => `A request to ${path} failed.`,
  authenticationFailed: (path: string, reason: string) =>
    `A request to ${path} was not authenticated: ${reason}`,
  authenticationThrew: (path: string) =>
    `Authentication of a request to ${path} failed with an error. The response was 500.`,
  keyNotFound: (path: string) =>
    `The key of a token was not found. A request to ${path} was refused. Compare the keys and 'algorithms' with those of the issuer.`,
  forbidden: (path: string, user: string | undefined) =>
    `User ${user ?? '(without an id)'} is not authorized. A request to ${path} was refused. See the option 'authorize' of the hub.`,
  warningsLimited:
    'Further warnings of this kind are counted and not logged until one minute has passed.',
  warningsSuppressed: (count: number) =>
    `${count} warnings of the next kind were not logged in an earlier minute.`,
  originRefused: (origin: string) =>
    `A request was refused, because its origin '${origin}' is not allowed. Add it to allowedOrigins if your pages use it.`,
  userChanged: (id: string) =>
    `A request to connection ${id} was refused, because the connection belongs to another user. Stop the client and start it again when its user signs in or out.`,
  policyFailed: (hub: string, method: string) =>
    `The policy of ${hub}.${method} failed. The call was refused.`,
  userIdFailed: (id: string) => `The userIdProvider failed. Connection ${id} was refused.`,
  redirectFailed: 'Negotiation could not redirect a client. The response was 500.',
  missingProtocol: (id: string, protocol: string) =>
    `Connection ${id} was closed: it uses the protocol '${protocol}', and another server sent it a message without this protocol. Set the same protocols on all servers.`,
  receiverTooSlow: (id: string) =>
    `Connection ${id} was closed, because the client does not read its messages. Send less to slow clients.`,
  connectedHookFailed: (hub: string) => `onConnected of ${hub} failed. The connection was closed.`,
  refreshedHookFailed: (hub: string) => `onAuthenticationRefreshed of ${hub} failed.`,
  connectionMovedHookFailed: (hub: string) =>
    `onConnectionMoved of ${hub} failed. The connection was closed.`,
  notHandedOver: (id: string) =>
    `Connection ${id} could not be handed over to another server, so it closes. Its client may reconnect.`,
  recordTooLarge: (length: number, maximum: number) =>
    `The unacknowledged messages of the connection take ${length} characters, and at most ${maximum} can be handed over. Set a lower 'statefulReconnectBufferSize'.`,
  primaryNotReached:
    'The primary process has ended, so messages do not reach other workers. Restart the app.',
  adminSent: (hub: string, method: string, target: string, name: string) =>
    `The admin page sent ${method} of ${hub} to ${target} ${name}.`,
  adminDisconnected: (count: number, hub: string, target: string, name: string) =>
    `The admin page disconnected ${count} connections of ${hub} on this server: ${target} ${name}.`,
  adminDisconnectFailed: (hub: string) =>
    `The admin page could not disconnect clients of ${hub} on other Node servers.`,
  adminSendFailed: (hub: string) => `A message of the admin page to ${hub} was not sent.`,
  adminAuthorizeFailed:
    "The function 'authorize' of adminRouter failed, so the request was refused.",
  adminRequestFailed: 'A request to the admin page failed.',
  healthFailed: 'The health report failed, so the response to the probe is Unhealthy.',
  serverIsClosing: 'The server is closing.',
  handedOver: (path: string, moved: number, total: number) =>
    `${moved} of ${total} connections of the hub at ${path} were handed over to other servers.`,
  claimFailed: (id: string) =>
    `Connection ${id} could not be looked up on the other servers. It is served as a new connection.`,
  recordRefused: (id: string) =>
    `The hand-over record of connection ${id} was refused. It was changed, or another hub, key or version of this package wrote it.`,
  disconnectedHookFailed: (hub: string) => `onDisconnected of ${hub} failed.`,
  disconnectedHookTimedOut: (hub: string) =>
    `onDisconnected of ${hub} did not return within shutdownTimeout. The server closed without waiting for it.`,
  lifetimeManagerFailed: (hub: string) =>
    `The lifetime manager of ${hub} failed to remove a connection.`,
  presenceListenerFailed: (hub: string) => `A listener of the presence of ${hub} failed.`,
  connectionHandlerFailed: (path: string) =>
    `The connection handler at ${path} failed. The connection was closed.`,
  methodFailed: (hub: string, method: string) => `${hub}.${method} failed.`,
  callRefused: (hub: string, method: string, reason: string) =>
    `A call of ${quote(method)} of ${hub} was refused: ${reason}.`,
  rateExceeded: (hub: string, id: string) =>
    `Connection ${id} exceeds a rate limit of ${hub}. Raise the rate if clients need it. This is logged once per connection.`,
  workerEnded: (id: number, reason: string) =>
    `Worker ${id} ended (${reason}). A new worker replaces it.`,
  workerNotReplaced: 'A replacement for a worker could not start. It is tried again.',
  workerDoesNotRead: (id: number) =>
    `Worker ${id} does not read its messages, so it is killed. A new worker replaces it.`,
  workerMessageFailed: (hub: string) => `A message of another worker for ${hub} failed.`,
  invalidMessage: (id: string) =>
    `Connection ${id} sent an invalid message. The connection was closed.`,
  sendNotAwaited: (hub: string, method: string) =>
    `${hub} could not send '${method}', and the application did not await it. Await it to handle the error.`,
  ratesNotShared: (name: string) =>
    `The ${name} are not shared with other servers. This server counts alone until Redis can be reached.`,
  contextAfterCall: (hub: string) =>
    `${hub} used its context after its call has ended. Await what the method starts, or use the hub context that mapHub returned.`,
  heartbeatFailed: (id: string) =>
    `Connection ${id} was closed, because a ping or an acknowledgment could not be written. A custom hub protocol must write all types of messages.`,
  sendFailed: (target: string) =>
    `The response to '${target}' could not be serialized. Return a value that the hub protocols can encode.`,
} as const;
