const number = (value: number): string => value.toLocaleString('en');

/** Every text that a user of the emulator can see, in one place. */
export const errorTexts = {
  // To clients and servers
  unauthorized:
    'The token is missing, expired, signed with another key or made for another audience.',
  tokenTooLong: (most: number) => `The token has more than ${number(most)} characters.`,
  entraRefused:
    'The Entra ID token is missing, expired, of another issuer or made for another audience.',
  noEntraIssuer:
    'The emulator knows no issuer of Entra ID tokens: give it one with the option entra of startEmulator.',
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
    `The service has all ${number(quota)} connections that it may have; server connections count too.`,
  tooManyNegotiated: 'Too many connections wait to be opened.',
  connectionIdRequired: 'Connection ID required',
  noConnection: 'No Connection with that ID',
  cannotChangeTransport: 'Cannot change transports mid-connection',
  bodyTooLarge: (most: number) => `The body has more than ${number(most)} bytes.`,
  tooManyPosts: 'Too many messages of this connection wait to be taken.',
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionLost: (id: string) => `Connection '${id}' disconnected.`,
  questionTimeout: 'The client did not answer in time.',
  noUpstream: (target: string) =>
    `The service has no upstream endpoint for '${target}'. Start it with --upstream.`,
  upstreamStatus: (status: number) => `Invocation failed, status code ${status}`, // the words of the service
  upstreamFailures: {
    unreachable: 'cannot be reached',
    tooSlow: 'took too long',
    tooLong: 'answered too much',
  },
  upstreamFailed: (target: string, failure: 'unreachable' | 'tooSlow' | 'tooLong'): string =>
    `The upstream endpoint of '${target}' ${errorTexts.upstreamFailures[failure]}.`,
  upstreamAnswer: (target: string) =>
    `The upstream endpoint of '${target}' did not answer with a completion.`,
  streamsNotSupported: 'Streams are not supported in serverless mode.',
  clientTimeout: 'The client has been silent for too long.',
  protocolNotSupported: (name: string) => `The protocol '${name}' is not supported.`,
  // REST
  badApiVersion: (known: string) =>
    `The query must name an api-version that is known here: ${known}. Version 1.0 has its own paths, /api/v1/hubs/….`,
  badTarget: 'The body must be JSON with a target (a text) and arguments (a list).',
  badArguments: 'The arguments cannot be encoded for every client: they are nested too deeply.',
  badGroup: 'A group is 1 to 1024 characters, not all of them spaces.',
  badPath: 'The path is not percent-encoded as it must be.',
  badTtl: 'The ttl must be a number of seconds, at least 0.',
  noSuchConnection: 'The connection does not exist.',
  noSuchUser: 'The user has no connection.',
  noSuchGroup: 'The group has no members.',
  userNotInGroup: 'The user is not in the group.',
  // At start
  portInUse: (port: number) =>
    `Port ${port} is taken, perhaps by another emulator. End that, or choose another port with --port.`,
  cannotListen: (host: string, port: number, why: string) =>
    `The emulator cannot listen on ${host}, port ${port} (${why}). Choose others with --host and --port.`,
  notANumber: (name: string) => `--${name} must be a number of at least 0.`,
  // `why` is a message of commander, which begins with `error: `.
  wrongSwitch: (why: string) =>
    `${why.charAt(7).toUpperCase()}${why.slice(8).replace(/\.$/, '')} (for the options, see --help).`,
  unknownOption: (name: string) =>
    `'${name}' is not an option of startEmulator. Check the spelling.`,
  notAPort: 'The port must be a whole number from 0 to 65535.',
  notAMode: "The service mode must be 'Default' or 'Serverless'.",
  notAnUpstream:
    'An upstream must be an http or https URL; it may hold {hub}, {category} and {event}.',
  upstreamNeedsServerless:
    "An upstream is of use in serverless mode only: set the service mode to 'Serverless'.",
  notAnIssuer: 'The option entra must have an issuer and a publicKey, a key in PEM.',
  keyMissing: 'The access key must not be empty.',
  notPositive: (name: string) => `The option '${name}' must be a number greater than 0.`,
  notATime: (name: string, most: number) =>
    `The option '${name}' must be a time in ms from 0 to ${number(most)}.`,
  // In the log
  serverConnected: (id: string, hub: string) => `Server ${id} is connected to hub ${hub}.`,
  serverLeft: (id: string, hub: string) => `Server ${id} has left hub ${hub}.`,
  serverBroken: (id: string, why: string) =>
    `Server ${id} sent what cannot be handled and was cut off: ${why}`,
  serverDropped: (id: string, hub: string) =>
    `A connection of server ${id} to hub ${hub} is cut on purpose.`,
  clientConnected: (id: string, hub: string, transport: string, protocol: string) =>
    `Client ${id} is connected to hub ${hub} over ${transport}, ${protocol}.`,
  clientLeft: (id: string, hub: string) => `Client ${id} has left hub ${hub}.`,
  clientTooSlow: (id: string) => `Client ${id} does not take what is sent to it and was closed.`,
  clientWithoutServer: (id: string, hub: string) =>
    `Client ${id} was refused: no server is connected to hub ${hub}.`,
  upstreamCalled: (hub: string, category: string, event: string, outcome: string) =>
    `Upstream ${category} ${event} of hub ${hub}: ${outcome}.`,
  refused: (what: string, status: number, why: string) =>
    `${what} was refused with ${status}: ${why}`,
} as const;
