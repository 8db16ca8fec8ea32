import { randomBytes } from 'node:crypto';
import { hasDotnet, type Instance, startDotnet, startInstance } from '@practical-signalr/lesson-kit/instances';

/** What the switches of the page say. */
export interface Settings {
  backplane: 'redis' | 'none';
  presence: boolean;
}

const main = new URL('main.ts', import.meta.url);
const dotnet = new URL('dotnet/MessageServer.csproj', import.meta.url);
// On another port than its own the lesson takes free ones for its servers too: so two of it can run.
const ports = ['4107', undefined].includes(process.env['PORT']) ? ['4171', '4172'] : ['0', '0'];

/** The server of lesson 6 twice, and a C# server on demand. */
export class Servers {
  settings: Settings = { backplane: 'redis', presence: false };
  /** The servers, once they serve; requests wait for it. */
  ready: Promise<Instance[]> = Promise.resolve([]);
  dotnet: 'running' | 'starting' | 'installed' | 'absent' = hasDotnet() ? 'installed' : 'absent';
  readonly #redisUrl: string;
  readonly #key = randomBytes(32).toString('base64url');

  constructor(redisUrl: string) {
    this.#redisUrl = redisUrl;
  }

  /** Starts both, again after a change of the settings. */
  async start(settings: Partial<Settings> = {}): Promise<void> {
    const before = this.ready;
    this.settings = { ...this.settings, ...settings };
    this.ready = before.then(async (running) => {
      await Promise.all(running.map((instance) => instance.close()));
      if (this.dotnet === 'running') this.dotnet = 'installed';
      return Promise.all(ports.map((port, i) => startInstance(`instance ${i + 1}`, main, this.#environment(port))));
    });
    await this.ready;
  }

  /** Lets the C# server join. */
  async startDotnet(): Promise<void> {
    if (this.dotnet !== 'installed') return;
    this.dotnet = 'starting';
    try {
      const instance = await startDotnet('C# server', dotnet, this.#environment('0'));
      this.ready = this.ready.then((running) => [...running, instance]);
      this.dotnet = 'running';
    } catch (error) {
      this.dotnet = 'installed';
      throw error;
    }
  }

  async close(): Promise<void> {
    const running = await this.ready.catch(() => []);
    await Promise.all(running.map((instance) => instance.close()));
  }

  #environment(port: string): NodeJS.ProcessEnv {
    return {
      PORT: port,
      TOKEN_KEY: this.#key,
      REDIS_URL: this.settings.backplane === 'redis' ? this.#redisUrl : '',
      PRESENCE: this.settings.presence ? 'on' : '',
    };
  }
}
