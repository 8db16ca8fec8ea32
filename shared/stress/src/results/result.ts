/** The parts of the table of measured results, in the order of the page. */
export const areas = {
  load: 'Load held',
  faults: 'Faults survived',
  model: 'Operations compared with the model',
  inputs: 'Inputs tried',
} as const;

/** A part of the table. */
export type Area = keyof typeof areas;

/** The outcome of one long check, as a row of the table. */
export interface Result {
  readonly area: Area;
  /** What was checked. One row for each check of an area. */
  readonly check: string;
  /** How much was tried, for example `10,000 connections, 600 s, 600,000 messages`. */
  readonly tried: string;
  /** What was measured or seen. */
  readonly outcome: string;
  /** The number of checks that found a broken guarantee. */
  readonly violations: number;
  /** The command that repeats the check, for example `npm run load -- --scenario steady`. */
  readonly command: string;
}
