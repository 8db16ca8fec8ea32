import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  areas,
  compareRecordings,
  readRecordings,
  type ScenarioResult,
} from './compare-recordings.ts';
import { startTwin, type Twin } from './twin/start-twin.ts';
import { twinOptions } from './twin-options.ts';

let twin: Twin;
let results: Map<string, ScenarioResult>;

// All scenarios are played once, in parallel. Each result is a separate test.
beforeAll(async () => {
  twin = await startTwin(0);
  const scenarioResults = await compareRecordings(twin.url, { lanes: 8, ...twinOptions(twin) });
  results = new Map(scenarioResults.map((result) => [result.name, result]));
});
afterAll(() => twin.close());

const names = areas().map((area) => readRecordings(area).map(({ name }) => `${area}/${name}`));

describe('the twin responds as ASP.NET Core does', () => {
  test.each(names.flat())('%s', (name) => {
    expect(results.get(name)?.differences).toEqual([]);
  });
});

test('all 420 recorded scenarios are played', () => {
  expect(results.size).toBe(420);
});
