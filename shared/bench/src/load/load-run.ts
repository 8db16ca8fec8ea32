import { setTimeout as delay } from 'node:timers/promises';
import { errorTexts } from '../error-texts.ts';
import type { Measurement } from '../results/results.ts';
import { LoadClient } from './load-client.ts';
import type { LoadGeneratorOptions } from './load-options.ts';
import { readCpuSeconds, readMemory } from './server-usage.ts';

const PAYLOAD = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3).slice(0, 100);
/** How long the servers get to become quiet after the connects. */
const PAUSE_MS = 300;

/** One load on the servers of a peer. */
export class LoadRun {
  readonly #options: LoadGeneratorOptions;
  readonly #latencies: number[] = [];
  readonly #crossLatencies: number[] = [];
  #clients: LoadClient[] = [];
  #units = 0;
  #completions = 0;
  #steps = 0;
  /** One broadcast of the mode `step`: when it began, and how many clients have it. */
  #stepStartedAt = 0;
  #stepDeliveries = 0;
  #isFinished = false;
  #finish: () => void = () => undefined;

  constructor(options: LoadGeneratorOptions) {
    this.#options = options;
  }

  /**
   * Connects the clients, puts the load on the servers, and returns what was measured.
   * @throws Error if an answer of the server is wrong
   */
  async run(): Promise<Measurement> {
    const { mode, pids, clients, hold } = this.#options;
    const memory = readMemory(pids);
    const connectStart = { cpu: readCpuSeconds(pids), time: performance.now() };
    await this.#connectAll();
    if (mode === 'connect') {
      const connected = this.#measure(connectStart, clients);
      await delay(hold * 1000);
      const bytesPerConnection = Math.round((readMemory(pids) - memory) / clients);
      this.#close();
      return { ...connected, bytesPerConnection };
    }
    if (mode === 'group') await this.#joinGroups();
    await delay(PAUSE_MS);
    const start = { cpu: readCpuSeconds(pids), time: performance.now() };
    await this.#runLoad();
    const measurement = this.#measure(start, this.#units);
    this.#close();
    this.#checkCounts();
    return measurement;
  }

  #measure(start: { cpu: number; time: number }, count: number): Measurement {
    const seconds = (performance.now() - start.time) / 1000;
    const cpu = readCpuSeconds(this.#options.pids) - start.cpu;
    const latency = (list: number[], share: number): number =>
      (list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * share)] as number) * 1000;
    return {
      seconds,
      rate: count / seconds,
      count,
      cpuMicroseconds: (cpu * 1e6) / count,
      ...(this.#latencies.length === 0
        ? {}
        : {
            p50Microseconds: latency(this.#latencies, 0.5),
            p99Microseconds: latency(this.#latencies, 0.99),
          }),
      ...(this.#crossLatencies.length === 0
        ? {}
        : { crossP50Microseconds: latency(this.#crossLatencies, 0.5) }),
    };
  }

  async #connectAll(): Promise<void> {
    const { clients, window, ports, path, negotiates } = this.#options;
    let next = 0;
    const connectNext = async (): Promise<void> => {
      while (next < clients) {
        const index = next;
        next++;
        const port = ports[index % ports.length] as number;
        this.#clients[index] = await LoadClient.connect(port, path, negotiates, (...record) =>
          this.#handleRecord(index, ...record),
        );
      }
    };
    await Promise.all(Array.from({ length: window }, connectNext));
  }

  async #joinGroups(): Promise<void> {
    const done = this.#waitUntilFinished();
    this.#clients.forEach((client, i) =>
      client.call(1, 1, 'JoinGroup', [`g${i % this.#options.groups}`]),
    );
    await done;
    this.#completions = 0;
    this.#isFinished = false;
  }

  #waitUntilFinished(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { limit } = this.#options;
      const timer = setTimeout(
        () => reject(new Error(errorTexts.loadTimedOut(limit))),
        limit * 1000,
      );
      this.#finish = () => {
        this.#isFinished = true;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #runLoad(): Promise<void> {
    const { mode, count, groups, depth, seconds, streamMethod } = this.#options;
    const [sender] = this.#clients;
    const done = this.#waitUntilFinished();
    if (mode === 'burst') sender?.call(1, 0, 'Broadcast', [count, PAYLOAD]);
    if (mode === 'group') sender?.call(1, 0, 'GroupSend', [count, groups, PAYLOAD]);
    if (mode === 'step') this.#startStep();
    for (const client of this.#clients) {
      if (mode === 'stream') client.call(4, 0, streamMethod, [count]);
      for (let id = 0; mode === 'echo' && id < depth; id++) {
        client.calledAt[id] = performance.now();
        client.call(1, id, 'Echo', [PAYLOAD]);
      }
    }
    if (mode === 'echo') {
      await delay(seconds * 1000);
      this.#finish();
    }
    await done;
  }

  #startStep(): void {
    this.#completions = 0;
    this.#stepDeliveries = 0;
    this.#stepStartedAt = performance.now();
    this.#clients[0]?.call(1, 0, 'Broadcast', [1, PAYLOAD]);
  }

  #handleRecord(index: number, client: LoadClient, type: number, record: string): void {
    const { mode, clients, groups, count } = this.#options;
    if (type === 7 || (type === 3 && record.includes('"error"')))
      throw new Error(errorTexts.wrongAnswer(record));
    if (type === 3 && mode === 'echo') return this.#handleEcho(client, record);
    if (type === 3) this.#completions++;
    if (type === 2) this.#units++;
    if (type === 1) this.#handleMessage(index, client, record);
    if (this.#isJoining() || mode === 'stream') {
      if (this.#completions === clients) this.#finish();
    } else if (mode === 'step') {
      this.#handleStep();
    } else {
      const receivers = mode === 'group' ? clients / groups : clients;
      if (this.#completions > 0 && this.#units >= count * receivers) this.#finish();
    }
  }

  /** Whether the completions are those of the clients that join groups. */
  #isJoining = (): boolean => this.#options.mode === 'group' && this.#units === 0;

  #handleMessage(index: number, client: LoadClient, record: string): void {
    if (client.received === 0 && !record.includes(PAYLOAD))
      throw new Error(errorTexts.wrongAnswer(record));
    client.received++;
    this.#units++;
    this.#stepDeliveries++;
    if (this.#options.ports.length > 1 && index === 1)
      this.#crossLatencies.push(performance.now() - this.#stepStartedAt);
  }

  #handleStep(): void {
    if (this.#completions === 0 || this.#stepDeliveries < this.#options.clients) return;
    this.#latencies.push(performance.now() - this.#stepStartedAt);
    this.#steps++;
    if (this.#steps === this.#options.count) this.#finish();
    else this.#startStep();
  }

  #handleEcho(client: LoadClient, record: string): void {
    const id = Number(/"invocationId":"(\d+)"/.exec(record)?.[1]);
    if (!record.includes(PAYLOAD)) throw new Error(errorTexts.wrongAnswer(record));
    if (this.#isFinished) return;
    this.#latencies.push(performance.now() - (client.calledAt[id] as number));
    this.#units++;
    client.calledAt[id] = performance.now();
    client.call(1, id, 'Echo', [PAYLOAD]);
  }

  #checkCounts(): void {
    const { mode, clients, count } = this.#options;
    const isWrong =
      (mode === 'stream' && this.#units !== clients * count) ||
      (mode === 'burst' && this.#clients.some(({ received }) => received !== count));
    if (isWrong) throw new Error(errorTexts.wrongCount(this.#units));
  }

  #close(): void {
    for (const client of this.#clients) client.close();
  }
}
