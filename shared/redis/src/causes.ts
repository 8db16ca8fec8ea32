/**
 * Why Redis cannot be used, and what to do about it: for error messages, the log and the health
 * report. None contains a password or a URL.
 */
export const causes = {
  unavailable: 'Redis cannot be reached.',
  closed: 'The server is closed.',
  connectionRefused:
    'Nothing listens at the address of Redis. Is it started, and are host and port right?',
  hostUnknown: 'The host name of Redis is not known. Check it, and the DNS of this machine.',
  timedOut:
    'Redis does not respond in time. Check its address, and use TLS (rediss://) only if Redis requires it.',
  resultLost: (connectionId: string, cause: string) =>
    `Redis was not reachable while connection '${connectionId}' was invoked, so its result may be lost. ${cause}`,
  silent: (ms: number) => `Redis was silent for ${ms} ms.`,
  connectionClosed: 'The connection to Redis was closed.',
  windowFull: 'Redis does not keep up: too many messages wait for it.',
  wrongPassword:
    'Redis refuses the user name or password. Check those of the URL or of the client.',
  passwordRequired:
    'Redis requires a password, but none was given. Add it to the URL or to the client.',
  tlsMismatch:
    'Redis closes every connection before it responds. If Redis requires TLS, use a URL with rediss://. If the URL has rediss://, Redis may not use TLS.',
  noPermission: (command: string) =>
    `Redis denies this user the command ${command} or the channel. Grant it: ACL SETUSER … +publish +subscribe +unsubscribe +ping &PREFIX*.`,
  noPresencePermission: (command: string | undefined) =>
    `Redis denies this user ${command === undefined ? 'a key' : `the command ${command}`} of presence. Grant it: ACL SETUSER … +zadd +zrem +zrange +zcard +hset +hdel +hgetall +del +pexpire ~PREFIX*.`,
  noHandOverPermission: (command: string | undefined) =>
    `Redis denies this user ${command === undefined ? 'a key' : `the command ${command}`} of hand-overs. Grant it: ACL SETUSER … +get +set +getdel ~PREFIX*.`,
  noHistoryPermission:
    'Redis denies this user a command or a key of the history. Grant it: ACL SETUSER … +eval +evalsha +xadd +xrange +xrevrange +xtrim +hset +hsetnx +hget +hdel +hgetall +del +pexpire +time ~PREFIX*.',
  outOfMemory: 'Redis is full (OOM) and refuses to store data. Raise maxmemory or delete keys.',
  readOnly: 'This Redis is a read-only replica. Connect to its master.',
  loading: 'Redis is starting and not ready yet.',
  untrustedCertificate: (code: string) =>
    `The TLS certificate of Redis is not trusted (${code}). If your own authority has signed it, pass a client with socket: { tls: true, ca }.`,
  tlsRefused: (code: string) =>
    `Redis refuses the TLS connection (${code}). If Redis requires client certificates, pass a client with socket: { tls: true, ca, cert, key }.`,
  versionTooOld: 'This Redis is too old for RESP3. Pass a client that was created with RESP: 2.',
  noSentinelMaster: 'No Sentinel names a master that can be reached.',
  unknownCommand: (command: string) =>
    `This Redis does not know the command ${command}. Use Redis 6.2 or newer. The in-process substitute of findRedis() has only pub/sub: install redis-server, or set REDIS_URL.`,
  other: (message: string) => `Redis reports: ${message.replace(/[.\s]+$/, '')}.`,
} as const;
