import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areas, compareRecordings, recorded, type ScenarioResult } from './compare-recordings.ts';
import { startTwin, type Twin } from './twin/start-twin.ts';

let twin: Twin;
let results: Map<string, ScenarioResult>;

// All are played once, side by side; each is then a test of its own.
beforeAll(async () => {
  twin = await startTwin(0);
  const played = await compareRecordings(twin.url, { lanes: 8, timeoutOf: () => 4000 });
  results = new Map(played.map((result) => [result.name, result]));
}, 120_000);
afterAll(() => twin.close());

const names = areas().map((area) => recorded(area).map(({ name }) => `${area}/${name}`));

describe('what ASP.NET Core answered, the twin answers', () => {
  test.each(names.flat())('%s', (name) => {
    expect(results.get(name)?.differences).toEqual([]);
  });
});

test('all 420 recorded scenarios are played', () => {
  expect(results.size).toBe(420);
});
