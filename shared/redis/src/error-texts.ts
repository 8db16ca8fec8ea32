/** Every text that a user of this package can see, in one place. None holds a password or a URL. */
export const errorTexts = {
  // To the developer
  noTarget:
    "redis() needs to know its Redis: give it a url ('redis://127.0.0.1:6379') or a client of @redis/client.",
  twoTargets: 'redis() was given both a url and a client. Give one of them.',
  badUrl:
    "The url given to redis() is not one of Redis. It looks like 'redis://user:password@host:6379', or 'rediss://…' for TLS.",
  unknownOption: (name: string) => `'${name}' is not an option of redis(). Check the spelling.`,
  notPositive: (name: string) => `The option '${name}' of redis() must be a number greater than 0.`,
  badWhileDisconnected: "The option 'whileDisconnected' of redis() is 'local' or 'fail'.",
  noProtocols: "The option 'protocols' of redis() must name at least one hub protocol.",
  closed: 'The server is closed.',
  // To whoever sends
  notSent: (cause: string) => `The message was not sent to other servers: ${cause}`,
  notAsked: (cause: string) => `The client could not be asked: ${cause}`,
  groupNotChanged: (connectionId: string, group: string, cause: string) =>
    `Connection '${connectionId}' belongs to another server and was not put into or taken out of group '${group}': ${cause}`,
  noAck: (ms: number) =>
    `no server has confirmed it within ${ms} ms. The connection is gone, or its server does not hear this one: compare hub names and channel prefixes.`,
  noAnswer: (id: string, ms: number) =>
    `Connection '${id}' does not exist, or its server did not answer in ${ms} ms.`,
  tooManyWaiting: 'Redis does not keep up: too many messages wait for it.',
  connectionDoesNotExist: (id: string) => `Connection '${id}' does not exist.`,
  connectionDisconnected: 'Connection disconnected.',
  answeredByOther: (id: string) =>
    `Connection ${id} answered a question that another client was asked.`,
  // Causes
  away: 'Redis cannot be reached.',
  refused: 'Nothing listens at the address of Redis. Is it started, and are host and port right?',
  hostUnknown: 'The host name of Redis is not known.',
  timedOut:
    'Redis does not answer in time. Is its address right, and is TLS (rediss://) used exactly where Redis wants it?',
  silent: (ms: number) => `Redis was silent for ${ms} ms.`,
  connectionEnded: 'The connection to Redis ended.',
  wrongPassword: 'Redis refuses the user name or password.',
  passwordNeeded: 'Redis asks for a password, and none was given.',
  tlsNeeded:
    'Redis closes every connection before it answers. If it wants TLS, use a url with rediss://; if this url has rediss://, it may want none.',
  noPermission: (command: string) =>
    `Redis denies this user the command ${command} or the channel. Grant it: ACL SETUSER … +publish +subscribe +unsubscribe +ping &PREFIX*.`,
  readOnly: 'This Redis is a read-only replica.',
  loading: 'Redis is starting and not ready yet.',
  badCertificate: (code: string) => `The TLS certificate of Redis is not trusted (${code}).`,
  tlsRefused: (code: string) =>
    `Redis refuses the TLS connection (${code}). If it wants a certificate of its clients, pass a client with socket: { tls: true, ca, cert, key }.`,
  protocolTooOld: 'This Redis is too old for RESP3. Pass a client that was created with RESP: 2.',
  noSentinel: 'No Sentinel names a master that can be reached.',
  other: (text: string) => `Redis reports: ${text}`,
  // In the log
  disconnected: (hub: string, cause: string, mode: string) =>
    `${hub} does not reach other servers: ${cause} ${mode}`,
  servesLocal:
    'Its own clients go on being served; what is sent meanwhile does not reach the others.',
  failsSends: 'Sends fail until Redis is back.',
  connected: (hub: string) => `${hub} reaches other servers over Redis.`,
  reconnected: (hub: string, ms: number, lost: number) =>
    `${hub} reaches other servers over Redis again, after ${ms} ms; ${lost} sends did not get through.`,
  publishRefused: (hub: string, cause: string) => `${hub} cannot send to other servers: ${cause}`,
  foreignMessage: (channel: string) =>
    `A message on channel ${channel} did not come from a SignalR server and was ignored. Further ones are counted in health() and not logged.`,
  groupCommandFailed: (group: string) =>
    `Another server's change to group '${group}' could not be made.`,
  handlingFailed: (channel: string) => `A message on channel ${channel} could not be handled.`,
  unknownAnswer: (protocol: string) =>
    `An answer of a client came in the protocol '${protocol}', which this server does not speak. Give all servers the same protocols.`,
  // Helpers for development
  noRedisServer:
    'redis-server ended before it was ready. Start it by hand to see why, or set REDIS_URL to a Redis that runs.',
} as const;
