import { type Instance, startInstance } from '@practical-signalr/lesson-kit/instances';
import { key } from './token.ts';

const main = new URL('main.ts', import.meta.url);
// On another port than its own the lesson takes free ones for its servers too: so two of it can run.
const ports = ['4108', undefined].includes(process.env['PORT']) ? ['4181', '4182'] : ['0', '0'];

/** The server of lesson 7 twice. */
export class Servers {
  /** The servers, once they serve; requests wait for it. */
  ready: Promise<Instance[]> = Promise.resolve([]);
  readonly #connectionString: string;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  /** Starts both, or the one that is missing. */
  async start(): Promise<void> {
    const before = await this.ready;
    this.ready = Promise.all(
      ports.map(async (port, i) => {
        const name = `instance ${i + 1}`;
        return before.find((one) => one.name === name) ?? startInstance(name, main, this.#environment(port));
      }),
    );
    await this.ready;
  }

  /** Ends one as a crash does. */
  async kill(name: string): Promise<void> {
    const running = await this.ready;
    this.ready = Promise.resolve(running.filter((one) => one.name !== name));
    for (const { name: one, pid } of running) if (one === name) process.kill(pid, 'SIGKILL');
  }

  async close(): Promise<void> {
    const running = await this.ready.catch(() => []);
    await Promise.all(running.map((instance) => instance.close()));
  }

  #environment(port: string): NodeJS.ProcessEnv {
    return { PORT: port, TOKEN_KEY: key, Azure__SignalR__ConnectionString: this.#connectionString };
  }
}
