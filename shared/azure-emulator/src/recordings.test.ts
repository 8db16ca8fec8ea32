import { azureSignalR } from '@practical-signalr/azure';
import {
  compareRecordings,
  readRecordings,
  type ScenarioResult,
  startTwin,
  type Twin,
  twinOptions,
} from '@practical-signalr/conformance';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from './index.ts';

/**
 * The areas of the recordings that do not depend on the service. Clients must not notice that it is
 * between them and the server.
 */
const areas = [
  'client-results',
  'context',
  'course-messages',
  'delivery',
  'handshake',
  'json-calls',
  'json-errors',
  'json-spelling',
  'limits-and-close',
  'messagepack',
  'streams',
];

/** Scenarios that differ behind the service, and why. */
const differences: Readonly<Record<string, string>> = {
  'handshake/timeout':
    'the service announces a client after its first record, and accepts only whole seconds',
};

/** One path of each hub class: each has server connections of its own. */
const paths =
  'conformance conformance-detailed small parallel json-only delivery fast-timeouts messages'.split(
    ' ',
  );

let emulator: Emulator;
let twin: Twin;
const results = new Map<string, ScenarioResult>();

// All are played once, an area after the other; each is then a test of its own.
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  const { connectionString } = emulator;
  const scaleOut = azureSignalR({
    connectionString,
    initialHubServerConnectionCount: 2,
    environment: {},
  });
  twin = await startTwin(0, undefined, { scaleOut });
  await vi.waitFor(async () => {
    for (const path of paths) {
      const { status } = await fetch(`${twin.url}/${path}/negotiate?negotiateVersion=1`, {
        method: 'POST',
      });
      expect(status).toBe(200);
    }
  }, 20_000);
  const played = areas.map((area) =>
    compareRecordings(twin.url, { area, lanes: 1, negotiates: true, ...twinOptions(twin) }),
  );
  for (const result of (await Promise.all(played)).flat()) results.set(result.name, result);
});
afterAll(async () => {
  await twin.close();
  await emulator.close();
});

const names = areas.flatMap((area) => readRecordings(area).map(({ name }) => `${area}/${name}`));

describe('behind the service, the twin answers like ASP.NET Core', () => {
  test.each(names.filter((name) => differences[name] === undefined))('%s', (name) => {
    expect(results.get(name)?.differences).toEqual([]);
  });
});

// One that makes none any more must leave the list.
describe('scenarios that differ behind the service', () => {
  test.each(Object.entries(differences))('%s: %s', (name) => {
    expect(names).toContain(name);
    expect(results.get(name)?.differences).not.toEqual([]);
  });
});
