import { errors } from '../errors.ts';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { checkCount } from './check-count.ts';
import { limitErrors } from './errors.ts';

/**
 * A rate as a token bucket: every call takes a token, and a call without a token exceeds the limit.
 * Source: `TokenBucketRateLimiterOptions` of ASP.NET Core.
 * @example
 * { tokenLimit: 50, tokensPerSecond: 10 } // bursts of 50 calls, and 10 calls per second on average
 */
export interface RateLimit {
  /** The maximum number of tokens in the bucket, which is the longest burst. */
  readonly tokenLimit: number;
  /** The number of tokens that are added per second. It may be less than 1. */
  readonly tokensPerSecond: number;
}

/**
 * Messages between the servers of a hub, for `shareRates`. `redisHubContext` of the package redis
 * returns them as `serverMessages`.
 */
export interface RateMessages {
  /** Sends a message to the listeners on all other servers. */
  send(name: string, data: unknown): Promise<void>;
  /** Listens to the messages of a name. Resolves with a function that removes the listener. */
  on(name: string, listener: (data: unknown) => void): Promise<() => Promise<void>>;
}

/**
 * Limits for clients that are not trusted. Each is off by default. They apply to one hub path of
 * one server, before a call is dispatched.
 * @example
 * new SignalRServer({
 *   limits: {
 *     connectionsPerUser: 10,
 *     callsPerConnection: { tokenLimit: 50, tokensPerSecond: 10 },
 *   },
 * });
 */
export interface ClientLimits {
  /**
   * The maximum number of open connections. More get status 503. Limits of connections do not work
   * with Azure SignalR Service, which accepts them. Default: no limit.
   */
  readonly connections?: number;
  /**
   * The maximum number of open connections of one client address. More get status 429. The
   * addresses of one IPv6 network (/64) count as one. Default: no limit.
   */
  readonly connectionsPerAddress?: number;
  /**
   * The maximum number of open connections of one user id. Authenticated users without a user id
   * are told apart by their claims. More get status 429. Default: no limit.
   */
  readonly connectionsPerUser?: number;
  /**
   * The maximum number of groups of one connection. `groups.add` rejects for one more. It counts
   * what hubs of the connection's own server add. Not with Azure SignalR Service, which keeps the
   * groups. Default: no limit.
   */
  readonly groupsPerConnection?: number;
  /** The maximum length of the names of groups, in UTF-16 code units. Default: no limit. */
  readonly groupNameLength?: number;
  /**
   * The number of bytes that all connections together may have in flight: messages that the server
   * has received and not handled, and messages that clients have not read. Above it, the server
   * reads no more from clients whose calls or upload items wait, and closes connections with more
   * than `transportMaxBufferSize` of unread messages. A message to many connections counts for each
   * of them, although it is in memory once. Default: no limit; each connection has its own limits.
   */
  readonly bytesInFlight?: number;
  /**
   * The rate of calls and upload items of one connection. Calls of unknown methods and calls with
   * invalid arguments count. Default: no limit.
   */
  readonly callsPerConnection?: RateLimit;
  /** The rate of all connections of one user together. Default: no limit. */
  readonly callsPerUser?: RateLimit;
  /**
   * Shares `callsPerUser` and the rates of methods between the servers of a hub, so that a user
   * does not get the rate of each server. Pass `serverMessages` of a hub context over Redis. Every
   * server decides on its own and reports what it has counted four times per second. Therefore, a
   * user who calls all servers at the same moment can make one burst on each of them. Afterwards
   * the user waits until the tokens of all bursts are filled again, so the average is that of one
   * server. While Redis cannot be reached, each server counts alone. Default: servers count alone.
   * @example
   * const { serverMessages } = redisHubContext({ url, hub: 'ChatHub' });
   * const limits = { callsPerUser: { tokenLimit: 50, tokensPerSecond: 10 }, shareRates:
   * serverMessages };
   */
  readonly shareRates?: RateMessages;
  /**
   * What happens if a rate is exceeded: `'fail'` fails the call or the upload with an error,
   * `'close'` closes the connection. Default: `'fail'`.
   */
  readonly onRateExceeded?: 'fail' | 'close';
  /**
   * Returns the address of the client for `connectionsPerAddress`. Behind a proxy, pass
   * `forwardedAddress({ proxies: 1 })`. Default: the remote address of the socket. Behind a proxy,
   * that is the proxy's address.
   */
  readonly clientAddress?: (request: ConnectionRequest) => string | undefined;
}

const counts = [
  'connections',
  'connectionsPerAddress',
  'connectionsPerUser',
  'groupsPerConnection',
  'groupNameLength',
  'bytesInFlight',
] as const;
const rates = ['callsPerConnection', 'callsPerUser'] as const;
const others = ['shareRates', 'onRateExceeded', 'clientAddress'] as const;
const known: readonly string[] = [...counts, ...rates, ...others];

/** Throws if a limit is unknown or impossible. */
export function checkClientLimits(limits: ClientLimits): void {
  for (const name of Object.keys(limits)) {
    if (!known.includes(name)) throw errors.unknownOption(`limits.${name}`);
  }
  for (const name of counts) {
    const count = limits[name];
    if (count !== undefined) checkCount(`limits.${name}`, count);
  }
  for (const name of rates) checkRateLimit(`limits.${name}`, limits[name]);
  const { onRateExceeded = 'fail', clientAddress, shareRates } = limits;
  if (onRateExceeded !== 'fail' && onRateExceeded !== 'close') {
    throw errors.rateActionInvalid(onRateExceeded);
  }
  checkFunction('clientAddress', clientAddress);
  if (shareRates === undefined) return;
  const { send, on } = (shareRates as Partial<RateMessages> | null) ?? {};
  checkFunction('shareRates.send', send ?? null);
  checkFunction('shareRates.on', on ?? null);
}

/** Throws if the value of an option is neither a function nor undefined. */
function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw limitErrors.notAFunction(name);
}

/** Throws if a rate is not one of numbers, or can never let a call pass. */
export function checkRateLimit(option: string, rate: RateLimit | undefined): void {
  if (rate === undefined) return;
  const values = (rate as Partial<RateLimit> | null) ?? {};
  for (const name of Object.keys(values))
    if (name !== 'tokenLimit' && name !== 'tokensPerSecond')
      throw errors.unknownOption(`${option}.${name}`);
  const { tokenLimit, tokensPerSecond } = values;
  if (!isFinite(tokenLimit) || tokenLimit < 1)
    throw errors.optionNotPositive(`${option}.tokenLimit`, 'a number of at least 1');
  if (!isFinite(tokensPerSecond) || tokensPerSecond <= 0)
    throw errors.optionNotPositive(`${option}.tokensPerSecond`);
}

const isFinite = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
