import {
  type CodedError,
  ConnectionNotFoundError,
  createError,
} from '@practical-signalr/server/scale-out';

/**
 * The errors of this package. The page `errors.md` of the documentation explains their codes. No
 * message contains a password or a URL.
 */
export const errors = {
  noTarget: () =>
    createError(
      'ERR_SIGNALR_REDIS_NO_TARGET',
      "redis() and presence() need the option 'url' (for example 'redis://127.0.0.1:6379') or the option 'client' (a client of @redis/client).",
      { type: TypeError },
    ),
  twoTargets: () =>
    createError(
      'ERR_SIGNALR_REDIS_TWO_TARGETS',
      "The options contain both a url and a client. Set only one of 'url' and 'client'.",
      { type: TypeError },
    ),
  invalidUrl: () =>
    createError(
      'ERR_SIGNALR_REDIS_INVALID_URL',
      "The option 'url' is not a Redis URL. Use 'redis://user:password@host:6379', or 'rediss://…' for TLS. Is the environment variable set?",
      { type: TypeError },
    ),
  unknownOption: (name: string) =>
    createError(
      'ERR_SIGNALR_REDIS_UNKNOWN_OPTION',
      `'${name}' is not an option of redis() or redisHubContext(). Check the spelling.`,
      { type: TypeError },
    ),
  notAString: (name: string) =>
    createError(
      'ERR_SIGNALR_REDIS_NOT_A_STRING',
      `The option '${name}' must be a string that is not empty.`,
      { type: TypeError },
    ),
  notAFunction: (name: string) =>
    createError('ERR_SIGNALR_REDIS_NOT_A_FUNCTION', `'${name}' is not a function. Pass one.`, {
      type: TypeError,
    }),
  notAnObject: (name: string) =>
    createError(
      'ERR_SIGNALR_REDIS_NOT_AN_OBJECT',
      `The option '${name}' must be an object of options, for example {}.`,
      { type: TypeError },
    ),
  presenceInvalid: () =>
    createError(
      'ERR_SIGNALR_REDIS_PRESENCE_INVALID',
      "The option 'presence' needs the result of presence() of this package. localPresence() lists the clients of one server only.",
      { type: TypeError },
    ),
  messageNotJson: (name: string, reason: string, cause: Error) =>
    createError(
      'ERR_SIGNALR_REDIS_MESSAGE_NOT_JSON',
      `The data of the server message '${name}' cannot be sent as JSON. Pass data without cycles and BigInt. The reason: ${reason}`,
      { type: TypeError, cause },
    ),
  noServer: () =>
    createError(
      'ERR_SIGNALR_REDIS_NO_SERVER',
      'No server of this hub is connected to Redis. Check that one runs, and that hub name and channel prefix are those of the servers.',
    ),
  serversNotConfirmed: (count: number, ms: number) =>
    createError(
      'ERR_SIGNALR_REDIS_SERVERS_NOT_CONFIRMED',
      `Not all servers confirmed the operation within ${ms} ms; ${count} did. The others may have crashed, or subscribe to the channel without being a server. Check the log of the servers, and repeat the operation.`,
    ),
  notPositive: (name: string, kind: 'a number' | 'a whole number' = 'a number') =>
    createError(
      'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE',
      `The option '${name}' must be ${kind} greater than 0.`,
      { type: RangeError },
    ),
  timeTooLong: (name: string, maximum: number) =>
    createError(
      'ERR_SIGNALR_REDIS_TIME_TOO_LONG',
      `The option '${name}' must be at most ${maximum} ms, because a timer of Node cannot wait longer.`,
      { type: RangeError },
    ),
  invalidWhileDisconnected: () =>
    createError(
      'ERR_SIGNALR_REDIS_INVALID_WHILE_DISCONNECTED',
      "The option 'whileDisconnected' of redis() must be 'local' or 'fail'.",
      { type: TypeError },
    ),
  handOverInCluster: () =>
    createError(
      'ERR_SIGNALR_REDIS_HAND_OVER_IN_CLUSTER',
      "The option 'handOver' of redis() cannot be used with a Redis Cluster, because a cluster does not deliver messages in one order. Use a single Redis or Sentinel, or remove the option.",
      { type: TypeError },
    ),
  noProtocols: () =>
    createError(
      'ERR_SIGNALR_REDIS_NO_PROTOCOLS',
      "The option 'protocols' of redis() must contain at least one hub protocol.",
      { type: RangeError },
    ),
  historyInCluster: () =>
    createError(
      'ERR_SIGNALR_REDIS_HISTORY_IN_CLUSTER',
      "The option 'history' of redis() cannot be used with a Redis Cluster or 'shardedPubSub'. Use one Redis or Sentinel, or remove the option.",
      { type: RangeError },
    ),
  closed: () =>
    createError(
      'ERR_SIGNALR_REDIS_CLOSED',
      'The server or the hub context is closed. Do not send after close().',
    ),
  notFlushed: (count: number) =>
    createError(
      'ERR_SIGNALR_REDIS_NOT_FLUSHED',
      `Redis did not confirm ${count} messages before the server closed. They may not have reached other servers. Check the connection to Redis, and send important messages again.`,
    ),
  unavailable: (cause: string, options?: ErrorOptions) =>
    createError('ERR_SIGNALR_REDIS_UNAVAILABLE', cause, options),
  refused: (cause: string) => createError('ERR_SIGNALR_REDIS_REFUSED', cause),
  notSent: (cause: string) =>
    createError(
      'ERR_SIGNALR_REDIS_NOT_SENT',
      `The message was not sent to other servers: ${cause}`,
    ),
  groupNotChanged: (connectionId: string, group: string, cause: Error) =>
    createError(
      'ERR_SIGNALR_REDIS_GROUP_NOT_CHANGED',
      `Connection '${connectionId}' belongs to another server, and its membership in group '${group}' was not changed: ${cause.message}`,
      { cause },
    ),
  ackTimeout: (ms: number) =>
    createError(
      'ERR_SIGNALR_REDIS_ACK_TIMEOUT',
      `No server confirmed the change within ${ms} ms. Either the connection no longer exists, or its server uses another hub name or channel prefix. Use the same ones on all servers.`,
    ),
  resultTimeout: (connectionId: string, ms: number) =>
    createError(
      'ERR_SIGNALR_REDIS_RESULT_TIMEOUT',
      `Connection '${connectionId}' does not exist, or its server did not return a result within ${ms} ms. Check that the client is still connected.`,
      { type: ConnectionNotFoundError },
    ),
  connectionNotFound: (connectionId: string) =>
    createError(
      'ERR_SIGNALR_REDIS_CONNECTION_NOT_FOUND',
      `Connection '${connectionId}' does not exist on any server. Handle it as a client that has disconnected.`,
      { type: ConnectionNotFoundError },
    ),
  wrongResultSender: (connectionId: string) =>
    createError(
      'ERR_SIGNALR_REDIS_WRONG_RESULT_SENDER',
      `Connection '${connectionId}' sent the result of an invocation of another client. Use an official client.`,
    ),
  redisServerStopped: () =>
    createError(
      'ERR_SIGNALR_REDIS_SERVER_STOPPED',
      'redis-server stopped before it was ready. Start it by hand to see why, or set REDIS_URL to a Redis that is running.',
    ),
} satisfies Readonly<Record<string, (...args: never[]) => CodedError>>;
