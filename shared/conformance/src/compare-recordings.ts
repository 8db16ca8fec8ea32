import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Player, type Scenario, type Transcript } from '../player/player.mjs';
import { scenariosOf } from '../player/scenarios.mjs';

/** Where an answer differs from the recording. */
export interface Difference {
  readonly at: string;
  readonly want: unknown;
  readonly got: unknown;
}

/** One scenario played. */
export interface ScenarioResult {
  /** `area/name` */
  readonly name: string;
  readonly shows: string;
  readonly differences: readonly Difference[];
}

/** Which scenarios are played, and how. */
export interface CompareOptions {
  readonly area?: string | undefined;
  /** Only scenarios whose name holds this text. */
  readonly only?: string | undefined;
  /** Areas that are played side by side. Default 3. */
  readonly lanes?: number | undefined;
  /** Whether WebSockets that skip negotiation in the recordings negotiate: where clients are served elsewhere. Default false. */
  readonly negotiates?: boolean;
  /** How long a step may wait for its answer, in ms; by name. Default 3,000. */
  readonly timeoutOf?: (name: string) => number;
}

const recordings = fileURLToPath(new URL('../recordings/', import.meta.url));

/** The names of all areas that were recorded. */
export const areas = (): string[] =>
  readdirSync(recordings)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();

/** The recorded scenarios of an area. */
export const recorded = (area: string): Transcript[] =>
  JSON.parse(readFileSync(`${recordings}${area}.json`, 'utf8')) as Transcript[];

/** Plays the recorded scenarios against the server at `url` and compares every answer. */
export async function compareRecordings(
  url: string,
  options: CompareOptions = {},
): Promise<ScenarioResult[]> {
  const { only = '', lanes = 3, timeoutOf = () => 3000, negotiates = false } = options;
  const queue = areas().filter((area) => options.area === undefined || options.area === area);
  const results: ScenarioResult[] = [];

  async function play(
    area: string,
    scenario: Scenario,
    kept: Transcript | undefined,
  ): Promise<void> {
    const name = `${area}/${scenario.name}`;
    const { steps } = await new Player(url, { timeout: timeoutOf(name), negotiates }).play(
      scenario,
    );
    const differences = compare(strip(kept?.steps), strip(steps), 'steps');
    results.push({ name, shows: scenario.shows, differences });
  }

  async function playArea(area: string): Promise<void> {
    const kept = new Map(recorded(area).map((transcript) => [transcript.name, transcript]));
    const list = (await scenariosOf(area)).filter((scenario) => scenario.name.includes(only));
    // Slow scenarios wait for timers: they run side by side, beside the others of their area.
    const slow = list.filter((scenario) => scenario.slow === true);
    const waiting = slow.map((scenario) => play(area, scenario, kept.get(scenario.name)));
    for (const scenario of list)
      if (scenario.slow !== true) await play(area, scenario, kept.get(scenario.name));
    await Promise.all(waiting);
  }

  async function lane(): Promise<void> {
    for (let area = queue.shift(); area !== undefined; area = queue.shift()) await playArea(area);
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return results.sort((a, b) => a.name.localeCompare(b.name));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function compare(want: unknown, got: unknown, at: string): Difference[] {
  if (JSON.stringify(want) === JSON.stringify(got)) return [];
  if (!isObject(want) || !isObject(got) || Array.isArray(want) !== Array.isArray(got))
    return [{ at, want, got }];
  const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])];
  return keys.flatMap((key) =>
    compare(want[key], got[key], Array.isArray(want) ? `${at}[${key}]` : `${at}.${key}`),
  );
}

/** The decoded form of a MessagePack message is for the reader; the bytes are what counts. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => !(name === 'decoded' && 'hex' in value));
  return Object.fromEntries(members.map(([name, member]) => [name, strip(member)]));
}
