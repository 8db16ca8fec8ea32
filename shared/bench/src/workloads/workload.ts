import type { Measurement } from '../results/results.ts';

/** What a peer can do. A workload names what it needs. */
export type Ability =
  | 'negotiate'
  | 'messagepack'
  | 'http-transports'
  | 'plain-stream'
  | 'redis'
  | 'reconnect'
  | 'streams';

/** A quantity that peers are compared by. Less is better. */
export type Metric = Extract<
  keyof Measurement,
  | 'cpuMicroseconds'
  | 'bytesPerConnection'
  | 'p50Microseconds'
  | 'p99Microseconds'
  | 'crossP50Microseconds'
  | 'seconds'
>;

/** A load, and what the peers are compared by. */
export interface Workload {
  readonly name: string;
  readonly description: string;
  /** What is counted. */
  readonly unit: 'delivery' | 'call' | 'item' | 'connection';
  /** The measure by which peers are compared. */
  readonly metrics: readonly Metric[];
  readonly needs: readonly Ability[];
  /** Which servers it uses: one that runs all workloads, a new one, or two on one Redis. */
  readonly servers: 'shared' | 'fresh' | 'redis';
  /** The workload of the other peers that it is compared with, if not the same. */
  readonly comparedWith?: string;
  /** The number of connections. */
  readonly clients: number;
  /** Whether it can run with fewer connections if the limit of open files is low. */
  readonly canShrink?: true;
  readonly quick: boolean;
  /** Whether peers without a hub protocol leave it out, to save time. */
  readonly isForHubs?: true;
  /** The options of the load generator, for a number of connections and a share of the load. */
  readonly options: (clients: number, share: number) => LoadOptions;
}

/** Options of the load generator, without the dashes. */
export type LoadOptions = Readonly<Record<string, string | number>>;
