/**
 * The names of the channels of one hub. Names are taken as they are: no escaping, no separator after the prefix.
 * Source: `RedisChannels` of Microsoft.AspNetCore.SignalR.StackExchangeRedis.
 */
export class RedisChannels {
  readonly all: string;
  readonly groupCommands: string;
  readonly ack: string;
  readonly return: string;
  /** What other servers are told: whoever publishes there puts its own prefix in front. */
  readonly returnAddress: string;
  readonly #prefix: string;
  readonly #stem: string;

  constructor(channelPrefix: string, hubName: string, serverName: string) {
    this.#prefix = channelPrefix;
    this.#stem = `${channelPrefix}${hubName}`;
    this.all = `${this.#stem}:all`;
    this.groupCommands = `${this.#stem}:internal:groups`;
    this.ack = this.ackOf(serverName);
    this.returnAddress = `${hubName}:internal:return:${serverName}`;
    this.return = this.at(this.returnAddress);
  }

  connection(connectionId: string): string {
    return `${this.#stem}:connection:${connectionId}`;
  }

  group(name: string): string {
    return `${this.#stem}:group:${name}`;
  }

  user(userId: string): string {
    return `${this.#stem}:user:${userId}`;
  }

  ackOf(serverName: string): string {
    return `${this.#stem}:internal:ack:${serverName}`;
  }

  /** The channel of an address that came in a message. */
  at(address: string): string {
    return `${this.#prefix}${address}`;
  }
}
