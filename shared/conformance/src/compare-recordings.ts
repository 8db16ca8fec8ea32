import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Player, type Scenario, type Transcript } from '../player/player.mjs';
import { scenariosOf } from '../player/scenarios.mjs';

/** A difference between a response and the recording. */
export interface Difference {
  /** The path of the value, for example `steps[2].status`. */
  readonly at: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** The result of one scenario. */
export interface ScenarioResult {
  /** The area and the name, for example `handshake/empty object`. */
  readonly name: string;
  readonly shows: string;
  readonly differences: readonly Difference[];
}

/** Which scenarios are played, and how. */
export interface CompareOptions {
  readonly area?: string | undefined;
  /** Plays only scenarios whose name contains this string. */
  readonly only?: string | undefined;
  /** The number of areas that are played in parallel. Default: 3. */
  readonly lanes?: number | undefined;
  /**
   * Makes WebSockets negotiate that skip the negotiation in the recordings. Set it if another
   * server serves the clients. Default: false.
   */
  readonly negotiates?: boolean;
  /** Returns how long each step of a scenario may wait for its response, in ms. Default: 3,000. */
  readonly timeoutOf?: (name: string) => number;
  /**
   * How often a scenario that differs is played if it waits for a fixed time, in which a busy
   * machine may not answer. Each further attempt waits longer. Default: 1.
   */
  readonly attempts?: number;
  /** Called before each scenario of an area, except those that run in parallel. */
  readonly beforeScenario?: (area: string) => Promise<void>;
}

const recordings = fileURLToPath(new URL('../recordings/', import.meta.url));

/** Returns the names of all recorded areas. */
export const areas = (): string[] =>
  readdirSync(recordings)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();

/** Returns the recorded scenarios of an area. */
export const readRecordings = (area: string): Transcript[] =>
  JSON.parse(readFileSync(`${recordings}${area}.json`, 'utf8')) as Transcript[];

/**
 * Plays the recorded scenarios against the server at `url`, and compares every response with the
 * recording.
 */
export async function compareRecordings(
  url: string,
  options: CompareOptions = {},
): Promise<ScenarioResult[]> {
  const {
    only = '',
    lanes = 3,
    timeoutOf = () => 3000,
    negotiates = false,
    attempts = 1,
  } = options;
  const queue = areas().filter((area) => options.area === undefined || options.area === area);
  const results: ScenarioResult[] = [];

  let deliveries = Promise.resolve();
  /** Plays a scenario, but not while another one may send it messages. */
  function play(
    area: string,
    scenario: Scenario,
    recording: Transcript | undefined,
  ): Promise<void> {
    if (!receivesBroadcasts(scenario)) return playAlone(area, scenario, recording);
    deliveries = deliveries.then(() => playAlone(area, scenario, recording));
    return deliveries;
  }

  async function playAlone(
    area: string,
    scenario: Scenario,
    recording: Transcript | undefined,
  ): Promise<void> {
    const name = `${area}/${scenario.name}`;
    let differences: Difference[] = [];
    const maximum = waitsForFixedTime(scenario) ? attempts : 1;
    for (let attempt = 0; attempt < maximum; attempt++) {
      const player = new Player(url, {
        timeout: timeoutOf(name),
        negotiates,
        patience: 5 ** attempt,
      });
      const { steps } = await player.play(scenario);
      differences = compareValues(strip(recording?.steps), strip(steps), 'steps');
      if (differences.length === 0) break;
    }
    results.push({ name, shows: scenario.shows, differences });
  }

  async function playArea(area: string): Promise<void> {
    const recordingsByName = new Map(
      readRecordings(area).map((transcript) => [transcript.name, transcript]),
    );
    const scenarios = (await scenariosOf(area)).filter((scenario) => scenario.name.includes(only));
    // Slow scenarios wait for timers, so they run in parallel with all others of their area.
    const slow = scenarios.filter((scenario) => scenario.slow === true);
    const slowRuns = slow.map((scenario) =>
      play(area, scenario, recordingsByName.get(scenario.name)),
    );
    for (const scenario of scenarios) {
      if (scenario.slow === true) continue;
      await options.beforeScenario?.(area);
      await play(area, scenario, recordingsByName.get(scenario.name));
    }
    await Promise.all(slowRuns);
  }

  async function runLane(): Promise<void> {
    for (let area = queue.shift(); area !== undefined; area = queue.shift()) await playArea(area);
  }
  await Promise.all(Array.from({ length: lanes }, runLane));
  return results.sort((a, b) => a.name.localeCompare(b.name));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Returns whether a client is on the hub whose scenarios, in two areas, send to all clients. */
const receivesBroadcasts = ({ steps }: Scenario): boolean =>
  steps.some((step) => 'hub' in step && step.hub === '/delivery');

function waitsForFixedTime({ slow, steps }: Scenario): boolean {
  return slow === true || steps.some((step) => 'quiet' in step || 'sleep' in step);
}

/** Returns the differences of two values. `at` is the path of the values. */
export function compareValues(expected: unknown, actual: unknown, at: string): Difference[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  if (!isObject(expected) || !isObject(actual) || Array.isArray(expected) !== Array.isArray(actual))
    return [{ at, expected, actual }];
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) =>
    compareValues(
      expected[key],
      actual[key],
      Array.isArray(expected) ? `${at}[${key}]` : `${at}.${key}`,
    ),
  );
}

/**
 * Removes the decoded form of MessagePack messages. It is for human readers; the bytes are
 * compared.
 */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => !(name === 'decoded' && 'hex' in value));
  return Object.fromEntries(members.map(([name, member]) => [name, strip(member)]));
}
