import type { Socket } from 'node:net';
import type { SignalRServerOptions } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { eventually } from '../../faults/fault-case.ts';
import type { FaultProxy } from '../../proxy/fault-proxy.ts';
import { resetSocket } from '../../proxy/faulty-pipe.ts';
import { silentLogger } from '../../silent-logger.ts';
import type { ModelClient } from '../model-client.ts';
import { ModelHub, modelMethods } from '../model-hub.ts';
import type { ServerEvent } from '../world.ts';

interface NamedServer {
  readonly name: string;
  readonly server: TestServer;
  readonly sockets: ReadonlySet<Socket>;
  /** The proxy between the server and Redis or the service. */
  readonly link: FaultProxy | undefined;
}

/** Creates the parts of a server that differ between worlds. */
export type CreateServer = (position: number) => Promise<{
  readonly options: SignalRServerOptions;
  readonly link?: FaultProxy;
}>;

/** The servers of a world that run in this process. */
export class InProcessServers {
  readonly #create: CreateServer;
  readonly #servers: NamedServer[] = [];
  readonly #ended: Promise<unknown>[] = [];
  #started = 0;

  private constructor(create: CreateServer) {
    this.#create = create;
  }

  static async start(count: number, create: CreateServer): Promise<InProcessServers> {
    const servers = new InProcessServers(create);
    for (let position = 0; position < count; position++)
      servers.#servers.push(await servers.#start(position));
    return servers;
  }

  portOf(position: number): number {
    return (this.#servers[position % this.#servers.length] as NamedServer).server.port;
  }

  /** Ends a server after another one has started in its place. */
  async end(name: string, event: ServerEvent, clients: readonly ModelClient[]): Promise<void> {
    const position = this.#servers.findIndex((server) => server.name === name);
    const ending = this.#servers[position] as NamedServer;
    const next = await this.#start(position);
    for (const client of clients)
      if (client.port === ending.server.port) client.port = next.server.port;
    this.#servers[position] = next;
    if (event === 'kill') {
      this.#kill(ending);
      return;
    }
    ending.server.server.close();
    // Clients of long polling that are gone delay the end by seconds, and nobody waits for it.
    const closed = ending.server.signalr.close({ handOver: event === 'handOver' });
    this.#ended.push(closed.then(() => close(ending)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(close));
    await Promise.all(this.#ended);
  }

  async #start(position: number): Promise<NamedServer> {
    this.#started++;
    const name = `server ${this.#started}`;
    const { options, link } = await this.#create(position);
    const server = await testServer(
      {
        '/hub': {
          hub: { hub: ModelHub, create: () => new ModelHub(name) },
          methods: modelMethods,
          name: 'ModelHub',
        },
      },
      {
        userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
        logger: silentLogger,
        ...options,
      },
    );
    const sockets = new Set<Socket>();
    server.server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await eventually('the server is healthy', () => server.signalr.health().status === 'Healthy');
    return { name, server, sockets, link };
  }

  /** Breaks everything at once, so that the others see what the end of a process causes. */
  #kill(ending: NamedServer): void {
    if (ending.link !== undefined) ending.link.target = undefined;
    for (const socket of ending.sockets) resetSocket(socket);
    // What it has not sent cannot be sent any more.
    const { link } = ending;
    this.#ended.push(close({ ...ending, link: undefined }).catch(() => undefined));
    if (link !== undefined) this.#ended.push(link.close());
  }
}

async function close({ server, link }: NamedServer): Promise<void> {
  await server.close();
  await link?.closeWhenUnused();
}
