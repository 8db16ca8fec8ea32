import { type ForkedProcess, forkProcess } from '../forked-process.ts';
import type { ClientsReport, LoadClientsMethods } from './load-clients-process.ts';
import type { LoadServerMethods } from './load-server-process.ts';
import type { HttpTransport } from './open-http-connection.ts';
import { requireOpenFiles } from './open-files.ts';

/** The number of clients of one process. */
const CLIENTS_PER_PROCESS = 5000;
/** The number of clients that connect at the same time, unless a test wants more. */
const AT_ONCE = 100;

/** One server process, and processes with its clients. */
export class LoadTest {
  readonly server: ForkedProcess<LoadServerMethods>;
  readonly clients: readonly ForkedProcess<LoadClientsMethods>[];
  #port = 0;

  /** Throws if the process may not open so many connections. */
  constructor(connections: number) {
    requireOpenFiles(connections + 200);
    const count = Math.ceil(connections / CLIENTS_PER_PROCESS);
    this.server = forkProcess(new URL('load-server-process.ts', import.meta.url));
    this.clients = Array.from({ length: count }, () =>
      forkProcess<LoadClientsMethods>(new URL('load-clients-process.ts', import.meta.url)),
    );
  }

  async start(options: { readonly sendTimeout?: number } = {}): Promise<void> {
    this.#port = await this.server.remote.start(options);
  }

  /** Opens the connections, distributed over the client processes. */
  async open(connections: number, atOnce = AT_ONCE): Promise<void> {
    const { length } = this.clients;
    await this.forAll((remote, index) =>
      remote.open(this.#port, this.#share(connections, index), Math.ceil(atOnce / length)),
    );
  }

  /** Opens idle connections over a transport of HTTP requests. */
  async openHttp(transport: HttpTransport, connections: number): Promise<void> {
    await this.forAll((remote, index) =>
      remote.openHttp(this.#port, transport, this.#share(connections, index)),
    );
  }

  /** Calls a function of each process with clients. */
  async forAll<T>(
    call: (remote: ForkedProcess<LoadClientsMethods>['remote'], index: number) => Promise<T>,
  ) {
    return Promise.all(this.clients.map(({ remote }, index) => call(remote, index)));
  }

  /** Returns how many of the connections one process opens. */
  #share(connections: number, index: number): number {
    const { length } = this.clients;
    return Math.floor((connections + index) / length);
  }

  /** Returns the sum of what the clients have seen. */
  async report(): Promise<ClientsReport> {
    const reports = await this.forAll((remote) => remote.report());
    const sum = (value: (report: ClientsReport) => number): number =>
      reports.reduce((total, report) => total + value(report), 0);
    return {
      open: sum(({ open }) => open),
      messages: sum(({ messages }) => messages),
      lost: sum(({ lost }) => lost),
      calls: sum(({ calls }) => calls),
      results: sum(({ results }) => results),
      longestSilence: Math.max(...reports.map(({ longestSilence }) => longestSilence)),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.server, ...this.clients].map((each) => each.close()));
  }
}
