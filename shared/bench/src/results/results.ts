/** What the load generator reports about one run. Missing values were not measured. */
export interface Measurement {
  readonly seconds: number;
  /** Units per second. */
  readonly rate: number;
  readonly count: number;
  /** User and system time of all server processes for one unit. */
  readonly cpuMicroseconds: number;
  /** The share of the system in the CPU time, from 0 to 1. */
  readonly systemShare?: number;
  readonly p50Microseconds?: number;
  readonly p99Microseconds?: number;
  /** The time until a client of the other server has the message. */
  readonly crossP50Microseconds?: number;
  readonly crossP99Microseconds?: number;
  readonly bytesPerConnection?: number;
  /** CPU time of the load generator. */
  readonly loadCpuSeconds?: number;
  readonly messageBytes?: number;
}

/** One run of a workload with one peer. */
export interface Run {
  readonly round: number;
  readonly workload: string;
  readonly peer: string;
  /** The load of the machine in the last minute, after the run. */
  readonly load: number;
  readonly measurement?: Measurement;
  /** Why there is no measurement. */
  readonly error?: string;
}

/** The machine that the benchmark ran on. */
export interface MachineDescription {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly openFileLimit: number;
  /** Which cores the processes used. */
  readonly pinning: string;
  /**
   * The load of the last minute before and after the benchmark: how many processes were running.
   */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Everything that a report is made from. */
export interface Results {
  readonly format: 1;
  readonly startedAt: string;
  readonly form: 'quick' | 'full';
  readonly rounds: number;
  /** The commit that was measured, with `-dirty` if files had changed. */
  readonly commit: string;
  readonly machine: MachineDescription;
  /** The version of each tool and peer. */
  readonly versions: Readonly<Record<string, string>>;
  /** What was left out or reduced, and why. */
  readonly missing: readonly string[];
  readonly runs: readonly Run[];
}
