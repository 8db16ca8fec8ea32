export interface Scenario {
  readonly name: string;
  readonly shows: string;
  readonly slow?: boolean;
  readonly steps: readonly object[];
}
export interface Transcript {
  readonly name: string;
  readonly shows: string;
  readonly steps: readonly unknown[];
}
export class Player {
  constructor(base: string, options?: { timeout?: number; negotiates?: boolean; patience?: number });
  play(scenario: Scenario): Promise<Transcript>;
}
