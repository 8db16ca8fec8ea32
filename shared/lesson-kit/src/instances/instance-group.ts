import { portIfFree } from '../run/free-port.ts';
import { lessonNumber, portBeside } from '../run/lesson-number.ts';
import { mustRunHere } from './instance-elsewhere.ts';
import { DOTNET } from './balancer-rule.ts';
import type { Instance } from './instance.ts';
import { hasDotnet } from './build-dotnet.ts';
import { type DotnetState, startDotnet } from './start-dotnet.ts';
import { startInstance } from './start-instance.ts';

/** The options of {@link InstanceGroup}. */
export interface InstanceGroupOptions {
  /** The server/main.ts of the lesson. Each instance runs it. */
  readonly main: URL;
  /**
   * Environment variables of the instances, in addition to those of this process. Read at each
   * start.
   */
  readonly environment: NodeJS.ProcessEnv;
  /** Default: `instance 1` and `instance 2`. */
  readonly names?: readonly string[];
}

const NAMES = ['instance 1', 'instance 2'];

/** Compares instances by their names. The C# server is the last one. */
const byName = (a: Instance, b: Instance): number =>
  Number(a.name === DOTNET) - Number(b.name === DOTNET) || a.name.localeCompare(b.name);

/**
 * The instances of a lesson, and a C# server that can join them. Starts and stops run one after
 * another. An instance that failed to start is started by the next `start()`. Lesson 7 uses the
 * ports 4171 and 4172, and lesson 8 uses 4182; free ports are used if these are in use, or if the
 * lesson runs on another port than its own.
 * @example
 * const main = new URL('main.ts', import.meta.url);
 * const instances = new InstanceGroup({ main, environment: { TOKEN_KEY: key } });
 * await instances.start();
 */
export class InstanceGroup {
  dotnet: DotnetState = hasDotnet() ? 'installed' : 'absent';
  readonly #options: InstanceGroupOptions;
  #running: readonly Instance[] = [];
  /**
   * Settles when all starts, stops and restarts that were requested until now have finished. It
   * never rejects.
   */
  #work: Promise<unknown> = Promise.resolve();
  /** The instances that stop while the others serve. */
  readonly #leaving = new Set<Instance>();
  #restarts = 0;
  #isClosed = false;

  constructor(options: InstanceGroupOptions) {
    this.#options = options;
  }

  /**
   * Returns the running instances in order. Waits until no instance is starting or stopping, so
   * that requests wait, too.
   */
  async ready(): Promise<readonly Instance[]> {
    await this.#work;
    return this.#running;
  }

  /**
   * Starts the instances that are missing.
   * @throws {Error} if an instance cannot start: the output of the first such instance. The others
   * run.
   */
  start(): Promise<void> {
    return this.#inTurn(() => this.#startMissing());
  }

  /**
   * Stops all instances, calls `change`, which may change their environment, and starts them again.
   * It does not start the C# server again.
   * @throws {Error} if the instances run elsewhere. Then nothing changes.
   */
  restart(change: () => unknown = () => undefined): Promise<void> {
    return this.#inTurn(async () => {
      mustRunHere();
      change();
      this.#restarts++;
      await this.#endAll();
      await this.#startMissing();
    });
  }

  /**
   * Restarts one instance while the others serve. New requests go to the others before `prepare` is
   * called.
   * @throws {Error} if the instances run elsewhere.
   */
  async replace(name: string, prepare: (instance: Instance) => Promise<unknown>): Promise<void> {
    mustRunHere();
    const instance = this.#running.find((one) => one.name === name);
    if (instance === undefined) return;
    this.#running = this.#running.filter((one) => one !== instance);
    this.#leaving.add(instance);
    try {
      await prepare(instance);
    } finally {
      await instance.close();
      this.#leaving.delete(instance);
    }
    await this.start();
  }

  /** Kills one instance, like a crash. */
  kill(name: string): Promise<void> {
    return this.#inTurn(() =>
      Promise.resolve(this.#running.find((one) => one.name === name)?.kill()),
    );
  }

  /**
   * Builds the C# server and starts it. The others serve in the meantime.
   * @param project the .csproj of the C# server.
   */
  async startDotnet(project: URL): Promise<void> {
    if (this.dotnet !== 'installed' || this.#isClosed) return;
    this.dotnet = 'starting';
    const restarts = this.#restarts;
    try {
      const instance = await startDotnet(DOTNET, project, this.#options.environment);
      if (this.#isClosed || restarts !== this.#restarts) return await instance.close(); // its environment is that of before
      this.#add(instance);
      this.dotnet = 'running';
    } finally {
      if (this.dotnet === 'starting') this.dotnet = 'installed';
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#inTurn(() => this.#endAll());
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#work.then(job);
    this.#work = result.catch(() => undefined);
    return result;
  }

  async #startMissing(): Promise<void> {
    if (this.#isClosed) return;
    const { main, environment, names = NAMES } = this.#options;
    const first = 4101 + 10 * lessonNumber(main);
    const started = await Promise.allSettled(
      names.map(async (name) => {
        if ([...this.#running, ...this.#leaving].some((one) => one.name === name)) return;
        const port = await portIfFree(portBeside(main, first + NAMES.indexOf(name)));
        this.#add(await startInstance(name, main, { PORT: String(port), ...environment }));
      }),
    );
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  #add(instance: Instance): void {
    this.#running = [...this.#running, instance].sort(byName);
    void instance.ended.then(() => {
      this.#running = this.#running.filter((one) => one !== instance);
      if (instance.name === DOTNET) this.dotnet = 'installed';
    });
  }

  async #endAll(): Promise<void> {
    const all = [...this.#running, ...this.#leaving];
    await Promise.all(all.map((instance) => instance.close()));
  }
}
