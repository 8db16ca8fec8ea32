/** The outcome of a load test. */
export interface LoadOutcome {
  readonly tried: string;
  readonly outcome: string;
  /** The expectations that were not met. Empty if the server held the load. */
  readonly faults: readonly string[];
}

/** Returns a number with thousands separators, as the documentation shows it. */
export const formatNumber = (value: number): string => Math.round(value).toLocaleString('en');

/** Returns a size in MB. */
export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
