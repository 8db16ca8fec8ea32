import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areas, compareRecordings, recorded, type ScenarioResult } from './compare-recordings.ts';
import { pendingScenarios } from './pending-scenarios.ts';
import { startTwin, type Twin } from './twin/start-twin.ts';

const pending = new Map(
  Object.entries(pendingScenarios).flatMap(([needs, names]) => names.map((name) => [name, needs])),
);
let twin: Twin;
let results: Map<string, ScenarioResult>;

// All are played once, side by side; each is then a test of its own. What is expected to hang need not hang for long.
beforeAll(async () => {
  twin = await startTwin(0);
  const played = await compareRecordings(twin.url, {
    lanes: 8,
    timeoutOf: (name) => (pending.has(name) ? 300 : 4000),
  });
  results = new Map(played.map((result) => [result.name, result]));
}, 120_000);
afterAll(() => twin.close());

const names = areas().map((area) => recorded(area).map(({ name }) => `${area}/${name}`));

describe('what ASP.NET Core answered, the twin answers', () => {
  test.each(names.flat().filter((name) => !pending.has(name)))('%s', (name) => {
    expect(results.get(name)?.differences).toEqual([]);
  });
});

describe('what is pending does not pass yet', () => {
  test.each([...pending])('%s needs %s', (name) => {
    expect(results.get(name)?.differences, `${name} passes: take it off pending-scenarios.ts`).not.toEqual([]);
  });
});

test('all 420 recorded scenarios are played', () => {
  expect(results.size).toBe(420);
});
