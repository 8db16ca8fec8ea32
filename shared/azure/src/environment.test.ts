import { expect, test } from 'vitest';
import { optionsFromEnvironment } from './environment.ts';

test('the names of the official SDK are read case-insensitively', () => {
  expect(
    optionsFromEnvironment({
      Azure__SignalR__ConnectionString: 'a',
      AZURE__SIGNALR__CONNECTIONSTRING__East__Secondary: 'b',
      Azure__SignalR__ConnectionString__west: 'c',
      ConnectionStrings__Azure__SignalR__ConnectionString: 'not first',
      Azure__SignalR__ApplicationName: 'app',
      Azure__SignalR__ServerStickyMode: 'Required',
      Azure__SignalR__InitialHubServerConnectionCount: '2',
      Azure__SignalR__AccessTokenLifetimeInSeconds: '60',
      Azure__SignalR__GracefulShutdown__Mode: 'MigrateClients',
      Azure__SignalR__GracefulShutdown__TimeoutInSeconds: '9',
    }),
  ).toEqual({
    endpoints: [
      { connectionString: 'a' },
      { connectionString: 'b', name: 'East', type: 'secondary' },
      { connectionString: 'c', name: 'west', type: 'primary' },
    ],
    applicationName: 'app',
    serverStickyMode: 'Required',
    initialHubServerConnectionCount: 2,
    accessTokenLifetime: 60_000,
    gracefulShutdown: { mode: 'MigrateClients', timeout: 9000 },
  });
});

test('names may contain colons, and values are case-insensitive', () => {
  expect(
    optionsFromEnvironment({
      'ConnectionStrings:Azure:SignalR:ConnectionString:north:primary': 'a',
      'Azure:SignalR:ServerStickyMode': 'preferred',
      'Azure:SignalR:AccessTokenAlgorithm': 'hs512',
      'Azure:SignalR:MaxHubServerConnectionCount': '9',
      'Azure:SignalR:MaxPollIntervalInSeconds': '20',
      'Azure:SignalR:GracefulShutdown:Mode': 'waitForClientsClose',
    }),
  ).toEqual({
    endpoints: [{ connectionString: 'a', name: 'north', type: 'primary' }],
    serverStickyMode: 'Preferred',
    accessTokenAlgorithm: 'HS512',
    maxHubServerConnectionCount: 9,
    maxPollInterval: 20_000,
    gracefulShutdown: { mode: 'WaitForClientsClose' },
  });
});

test('the second name is used if the first one is not set', () => {
  const options = optionsFromEnvironment({
    Azure__SignalR__ConnectionString: '',
    ConnectionStrings__Azure__SignalR__ConnectionString: 'a',
  });
  expect(options).toEqual({ endpoints: [{ connectionString: 'a' }] });
  expect(optionsFromEnvironment({ PATH: '/bin' })).toEqual({});
});
