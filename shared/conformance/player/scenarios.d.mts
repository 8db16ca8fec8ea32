import type { Scenario } from './player.mjs';
/** The scenarios of one area, in order. */
export function scenariosOf(area: string): Promise<readonly Scenario[]>;
