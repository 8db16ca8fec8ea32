/**
 * The channel names of one hub. Names are used unchanged: nothing is escaped, and no separator
 * follows the prefix.
 * Source: `RedisChannels` of Microsoft.AspNetCore.SignalR.StackExchangeRedis.
 */
export class RedisChannels {
  readonly all: string;
  readonly groupCommands: string;
  /** The changes of presence. ASP.NET Core servers do not have this channel. */
  readonly presence: string;
  /** The operations for all servers. ASP.NET Core servers do not have this channel. */
  readonly serverCommands: string;
  /** The messages between servers. ASP.NET Core servers do not have this channel. */
  readonly serverMessages: string;
  readonly ack: string;
  readonly return: string;
  /** The channel on which servers hand connections over. Servers of .NET do not use it. */
  readonly handOver: string;
  /**
   * The result channel of this server without the prefix. The server that returns a result adds its
   * own prefix.
   */
  readonly returnAddress: string;
  /** The gaps of the history. ASP.NET Core servers do not have this channel. */
  readonly historyGaps: string;
  /** The positions that this server has reached. ASP.NET Core servers do not have this channel. */
  readonly historyPositions: string;
  /** The prefix and the name of the hub. All channel names of the hub start with it. */
  readonly stem: string;
  readonly #prefix: string;

  constructor(channelPrefix: string, hubName: string, serverName: string) {
    this.#prefix = channelPrefix;
    this.stem = `${channelPrefix}${hubName}`;
    this.all = `${this.stem}:all`;
    this.groupCommands = `${this.stem}:internal:groups`;
    this.serverCommands = `${this.stem}:internal:commands`;
    this.serverMessages = `${this.stem}:internal:messages`;
    this.historyGaps = `${this.stem}:internal:gaps`;
    this.historyPositions = `${this.stem}:internal:positions:${serverName}`;
    this.presence = `${this.stem}:internal:presence`;
    this.handOver = `${this.stem}:internal:hand-over`;
    this.ack = this.ackOf(serverName);
    this.returnAddress = `${hubName}:internal:return:${serverName}`;
    this.return = this.at(this.returnAddress);
  }

  connection(connectionId: string): string {
    return `${this.stem}:connection:${connectionId}`;
  }

  group(name: string): string {
    return `${this.stem}:group:${name}`;
  }

  user(userId: string): string {
    return `${this.stem}:user:${userId}`;
  }

  ackOf(serverName: string): string {
    return `${this.stem}:internal:ack:${serverName}`;
  }

  /** Returns the channel of a return address that arrived in an invocation. */
  at(returnAddress: string): string {
    return `${this.#prefix}${returnAddress}`;
  }
}

/**
 * Returns the name of a group as Redis has it. Names in Redis are UTF-8, which cannot contain half
 * of an emoji, as in a name that was cut after a number of characters. Each half becomes U+FFFD.
 */
export const wellFormed = (name: string): string => name.replace(/\p{Surrogate}/gu, '\uFFFD');

/** Returns whether a user id or a name has a channel. */
export const isNamed = (name: string | undefined): name is string =>
  name !== undefined && name !== '';
