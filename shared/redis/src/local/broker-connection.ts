import type { Socket } from 'node:net';
import { RespError, RespReader } from './resp-reader.ts';

/**
 * The maximum number of unread bytes of a subscriber before it is closed. Redis:
 * `client-output-buffer-limit pubsub`.
 */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

type Channels = Map<string, Set<BrokerConnection>>;

/** One client of the in-process broker. */
export class BrokerConnection {
  readonly #socket: Socket;
  readonly #channels: Channels;
  readonly #monitors: Set<BrokerConnection>;
  readonly #id: number;
  readonly #subscribed = new Set<string>();
  readonly #reader = new RespReader();
  #resp = 2;
  #pendingWrites: Buffer[] = [];

  constructor(socket: Socket, channels: Channels, monitors: Set<BrokerConnection>, id: number) {
    this.#socket = socket;
    this.#channels = channels;
    this.#monitors = monitors;
    this.#id = id;
    socket.setNoDelay();
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#leaveAll());
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    try {
      for (const args of this.#reader.read(data)) if (args.length > 0) this.#run(args);
    } catch (error) {
      if (!(error instanceof RespError)) throw error;
      this.#write(`-ERR ${error.message}\r\n`);
      this.#flush();
      this.#socket.end();
    }
  }

  #run(args: Buffer[]): void {
    const [command, ...rest] = args as [Buffer, ...Buffer[]];
    if (this.#monitors.size > 0) this.#sendToMonitors(args);
    switch (command.toString('latin1').toUpperCase()) {
      case 'PUBLISH':
      case 'SPUBLISH':
        if (rest.length !== 2) return this.#wrongArguments();
        return this.#write(`:${this.#publish(rest[0] as Buffer, rest[1] as Buffer)}\r\n`);
      case 'SUBSCRIBE':
        return this.#subscribe(rest);
      case 'UNSUBSCRIBE':
        return this.#unsubscribe(
          rest.length > 0 ? rest : [...this.#subscribed].map((name) => Buffer.from(name)),
        );
      case 'PING':
        if (this.#resp === 2 && this.#subscribed.size > 0)
          return this.#push('pong', [rest[0] ?? Buffer.alloc(0)], '');
        return rest[0] === undefined ? this.#write('+PONG\r\n') : this.#bulk(rest[0]);
      case 'HELLO':
        return this.#hello(rest[0]?.toString());
      case 'PUBSUB':
        return this.#inspect(rest);
      case 'MONITOR':
        this.#monitors.add(this);
        return this.#write('+OK\r\n');
      case 'DBSIZE':
        return this.#write(':0\r\n');
      case 'CLIENT':
        return this.#write(/^id$/i.test(String(rest[0])) ? `:${this.#id}\r\n` : '+OK\r\n');
      case 'AUTH':
      case 'SELECT':
        return this.#write('+OK\r\n');
      case 'ECHO':
        return this.#bulk(rest[0] ?? Buffer.alloc(0));
      case 'INFO':
        return this.#bulk(
          Buffer.from(
            '# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\nrole:master\r\n',
          ),
        );
      case 'GET':
        return this.#write(this.#resp === 3 ? '_\r\n' : '$-1\r\n');
      case 'QUIT':
        this.#write('+OK\r\n');
        this.#flush();
        this.#socket.end();
        return undefined;
      default:
        return this.#write(
          `-ERR unknown command '${command.toString('latin1').slice(0, 30).replace(/[^\w]/g, '?')}'\r\n`,
        );
    }
  }

  /** Sends a command to all monitors, formatted as `MONITOR` of Redis does. */
  #sendToMonitors(args: Buffer[]): void {
    const line = `+${(Date.now() / 1000).toFixed(6)} [0 127.0.0.1:${this.#socket.remotePort}] ${args.map(quote).join(' ')}\r\n`;
    for (const monitor of this.#monitors) monitor.#write(line);
  }

  #publish(channel: Buffer, payload: Buffer): number {
    const members = this.#channels.get(channel.toString());
    if (members === undefined) return 0;
    // Each RESP version is encoded only once, regardless of the number of receivers.
    const encoded: (Buffer | undefined)[] = [];
    for (const member of members) {
      encoded[member.#resp] ??= Buffer.concat([
        Buffer.from(
          `${member.#resp === 3 ? '>' : '*'}3\r\n$7\r\nmessage\r\n$${channel.length}\r\n`,
        ),
        channel,
        Buffer.from(`\r\n$${payload.length}\r\n`),
        payload,
        Buffer.from('\r\n'),
      ]);
      member.#write(encoded[member.#resp] as Buffer);
    }
    return members.size;
  }

  #subscribe(names: Buffer[]): void {
    if (names.length === 0) return this.#wrongArguments();
    for (const name of names) {
      const channel = name.toString();
      this.#subscribed.add(channel);
      const members = this.#channels.get(channel);
      if (members === undefined) this.#channels.set(channel, new Set([this]));
      else members.add(this);
      this.#push('subscribe', [name], `:${this.#subscribed.size}\r\n`);
    }
  }

  #unsubscribe(names: Buffer[]): void {
    for (const name of names) {
      this.#leave(name.toString());
      this.#push('unsubscribe', [name], `:${this.#subscribed.size}\r\n`);
    }
    if (names.length === 0)
      this.#write(`${this.#resp === 3 ? '>' : '*'}3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n`);
  }

  #hello(version: string | undefined): void {
    if (version !== undefined && version !== '2' && version !== '3') {
      return this.#write('-NOPROTO unsupported protocol version\r\n');
    }
    if (version !== undefined) this.#resp = Number(version);
    const fields: [string, string | number][] = [
      ['server', 'redis'],
      ['version', '7.0.0'],
      ['proto', this.#resp],
      ['id', this.#id],
      ['mode', 'standalone'],
      ['role', 'master'],
    ];
    this.#write(this.#resp === 3 ? `%${fields.length + 1}\r\n` : `*${2 * (fields.length + 1)}\r\n`);
    for (const [name, value] of fields) {
      this.#bulk(Buffer.from(name));
      if (typeof value === 'number') this.#write(`:${value}\r\n`);
      else this.#bulk(Buffer.from(value));
    }
    this.#write('$7\r\nmodules\r\n*0\r\n');
  }

  /**
   * Answers `PUBSUB CHANNELS` and `PUBSUB NUMSUB`, which `watchRedis` uses. A pattern may only have
   * a star at its end.
   */
  #inspect([subcommand, ...names]: Buffer[]): void {
    if (/^channels$/i.test(String(subcommand))) {
      const stem = names[0]?.toString().replace(/\*$/, '') ?? '';
      const matches = [...this.#channels.keys()].filter((name) => name.startsWith(stem));
      this.#write(`*${matches.length}\r\n`);
      for (const name of matches) this.#bulk(Buffer.from(name));
    } else if (/^numsub$/i.test(String(subcommand))) {
      this.#write(`*${2 * names.length}\r\n`);
      for (const name of names) {
        this.#bulk(name);
        this.#write(`:${this.#channels.get(name.toString())?.size ?? 0}\r\n`);
      }
    } else this.#write('-ERR unknown subcommand\r\n');
  }

  #wrongArguments(): void {
    this.#write('-ERR wrong number of arguments\r\n');
  }

  /**
   * Writes a push message: its kind, its items, and optionally one more item that is already
   * encoded.
   */
  #push(kind: string, items: Buffer[], encodedItem: string): void {
    const mark = this.#resp === 3 ? '>' : '*';
    this.#write(
      `${mark}${1 + items.length + (encodedItem === '' ? 0 : 1)}\r\n$${kind.length}\r\n${kind}\r\n`,
    );
    for (const item of items) this.#bulk(item);
    if (encodedItem !== '') this.#write(encodedItem);
  }

  #bulk(value: Buffer): void {
    this.#write(Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')]));
  }

  /**
   * Collects everything for this client until the end of the current event-loop turn, and then
   * writes it at once.
   */
  #write(data: string | Buffer): void {
    this.#pendingWrites.push(typeof data === 'string' ? Buffer.from(data) : data);
    if (this.#pendingWrites.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const writes = this.#pendingWrites;
    this.#pendingWrites = [];
    if (writes.length === 0 || this.#socket.destroyed) return;
    this.#socket.write(writes.length === 1 ? (writes[0] as Buffer) : Buffer.concat(writes));
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }

  #leave(channel: string): void {
    this.#subscribed.delete(channel);
    const members = this.#channels.get(channel);
    if (members?.delete(this) === true && members.size === 0) this.#channels.delete(channel);
  }

  #leaveAll(): void {
    this.#monitors.delete(this);
    for (const channel of this.#subscribed) this.#leave(channel);
  }
}

/** Returns bytes in quotes. Bytes that are not printable are written as `\\x..`. */
const quote = (bytes: Buffer): string =>
  `"${bytes.toString('latin1').replace(/[^ -~]|["\\]/g, (character) => (/["\\]/.test(character) ? `\\${character}` : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`))}"`;
