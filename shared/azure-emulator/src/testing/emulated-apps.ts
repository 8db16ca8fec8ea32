import type { HubConnection } from '@microsoft/signalr';
import { azureSignalR, type AzureSignalROptions } from '@practical-signalr/azure';
import type { SignalRServerOptions } from '@practical-signalr/server';
import {
  type TestHub,
  testServer,
  type TestHubs,
  type TestServer,
} from '@practical-signalr/server/testing';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';

const nothing = (): void => undefined;

/** A logger that discards everything. */
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The emulator and the apps of a test. */
export interface EmulatedApps<THubs extends TestHubs> {
  /** The emulator of the current test. */
  readonly emulator: Emulator;
  /** Connections and apps that are closed after the test, connections first. */
  readonly connections: HubConnection[];
  readonly apps: { close(): Promise<void> }[];
  /** Starts an app and waits until it is connected to the service. */
  readonly startApp: (
    azure?: AzureSignalROptions,
    options?: SignalRServerOptions,
  ) => Promise<TestServer<THubs>>;
}

/**
 * Starts an emulator for each test of the file. Apps have these hubs and ignore the environment
 * variables.
 * @param always options of every app. `startApp` can override them.
 */
export function emulatedApps<THubs extends TestHubs>(
  hubs: { readonly [TPath in keyof THubs]: TestHub<THubs[TPath]> },
  always: { readonly azure?: AzureSignalROptions; readonly server?: SignalRServerOptions } = {},
): EmulatedApps<THubs> {
  let emulator: Emulator;
  const apps: { close(): Promise<void> }[] = [];
  const connections: HubConnection[] = [];
  beforeEach(async () => {
    emulator = await startEmulator({ port: 0 });
  });
  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.stop()));
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await emulator.close();
  });
  return {
    get emulator() {
      return emulator;
    },
    connections,
    apps,
    async startApp(azure, options) {
      const { connectionString } = emulator;
      const scaleOut = azureSignalR({
        connectionString,
        logger: silent,
        environment: {},
        ...always.azure,
        ...azure,
      });
      const app = await testServer<THubs>(hubs, {
        scaleOut,
        logger: silent,
        ...always.server,
        ...options,
      });
      apps.push(app);
      await expect.poll(() => app.signalr.health().status).toBe('Healthy');
      return app;
    },
  };
}
