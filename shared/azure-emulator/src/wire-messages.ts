const formatNumber = (value: number): string => value.toLocaleString('en');

/** Why an upstream endpoint gave no usable response. */
export type UpstreamFailure = 'unreachable' | 'tooSlow' | 'tooLong';

/** Each failure of an upstream endpoint in words, for clients and for the log. */
export const upstreamFailures: Readonly<Record<UpstreamFailure, string>> = {
  unreachable: 'cannot be reached',
  tooSlow: 'took too long',
  tooLong: 'answered too much',
};

/** Texts that clients, app servers and callers of the REST API receive. */
export const wireMessages = {
  unauthorized:
    'The token is missing, expired, signed with another key or made for another audience.',
  tokenTooLong: (limit: number) => `The token has more than ${formatNumber(limit)} characters.`,
  entraRefused:
    'The Entra ID token is missing, expired, of another issuer or made for another audience.',
  noEntraIssuer:
    'The emulator has no issuer of Entra ID tokens. Set the option entra of startEmulator.',
  foreignHost:
    'The Host header does not name this machine. Connect to localhost, 127.0.0.1 or [::1].',
  foreignOrigin: (origin: string) =>
    `Pages of the origin '${origin}' may not use this address. See the option allowedOrigins for clients.`,
  noServer:
    'No server is connected to the service for this hub: start the app server, or look at its log for why it cannot connect.',
  noServersInServerless:
    'The service is in serverless mode, which takes no server connections. Start it in default mode.',
  handshakeVersion: (version: number) =>
    `The service protocol version ${version} is not supported.`,
  handshakeExpected: 'A server connection must start with a handshake.',
  handshakeTimeout: 'Handshake was canceled.',
  handshakeTooLong: 'The handshake is too long.',
  binaryNotSupported: (protocol: string) =>
    `Cannot use the '${protocol}' protocol on the current transport. The transport does not support 'Binary' transfer format.`,
  hubMissing: 'The query must name a hub: a letter, then up to 127 letters, digits or _`,.[].',
  quotaReached: (quota: number) =>
    `The service has all ${formatNumber(quota)} connections that it may have; server connections count too.`,
  tooManyEarlyPosts:
    'Too many connections have sent data before they were open. Open the transport, then send.',
  noConnection: 'No Connection with that ID',
  cannotChangeTransport: 'Cannot change transports mid-connection',
  bodyTooLarge: (limit: number) => `The body has more than ${formatNumber(limit)} bytes.`,
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  invocationTimeout: 'The client did not answer in time.',
  noUpstream: (target: string) =>
    `The service has no upstream endpoint for '${target}'. Start it with --upstream.`,
  upstreamStatus: (status: number) => `Invocation failed, status code ${status}`,
  upstreamFailed: (target: string, failure: UpstreamFailure) =>
    `The upstream endpoint of '${target}' ${upstreamFailures[failure]}.`,
  upstreamNoCompletion: (target: string) =>
    `The upstream endpoint of '${target}' did not answer with a completion.`,
  streamsNotSupported: 'Streams are not supported in serverless mode.',
  clientTimeout: 'The client has been silent for too long.',
  protocolNotSupported: (name: string) => `The protocol '${name}' is not supported.`,

  // The REST API
  badApiVersion: (supported: string) =>
    `The query must contain a supported api-version: ${supported}. Version 1.0 has its own paths, /api/v1/hubs/….`,
  badTarget: 'The body must be JSON with a target (a string) and arguments (an array).',
  badArguments: 'The arguments cannot be encoded for every client: they are nested too deeply.',
  badGroup: 'The name of a group has 1 to 1024 characters, and not only white space.',
  badPath: 'The path is not percent-encoded correctly.',
  badTtl: 'The ttl must be a number of seconds, at least 0.',
  noSuchConnection: 'The connection does not exist.',
  noSuchUser: 'The user has no connection.',
  noSuchGroup: 'The group has no members.',
  userNotInGroup: 'The user is not in the group.',
} as const;
