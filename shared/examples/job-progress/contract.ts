/** The methods that clients can call. */
export interface JobServer {
  /** Starts a job, and returns its id. The caller receives its progress. */
  startJob(steps: number): Promise<string>;
}

/** The methods that the worker calls. */
export interface JobClient {
  showProgress(jobId: string, percent: number): void;
  showResult(jobId: string, result: string): void;
}

export const groupOf = (jobId: string): string => `job ${jobId}`;
