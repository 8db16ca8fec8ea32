import { typed } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, HubConnectionState } from '@microsoft/signalr';
import type { HomeClient, HomeServer } from '../src/home/home-contract.ts';

/** Milliseconds between two attempts to connect to the home. */
const RETRY = 1000;

const built = new HubConnectionBuilder()
  .withUrl('/home')
  .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => RETRY })
  .build();

/** The connection to the home. */
export const home = typed<HomeServer, HomeClient>(built);

export const isConnected = (): boolean => built.state === HubConnectionState.Connected;

/** Connects, and retries until it succeeds. Calls `connected` then and after each reconnect. */
export async function connectHome(connected: () => Promise<void>): Promise<void> {
  home.onreconnected(() => void connected());
  for (;;) {
    try {
      await home.start();
      return await connected();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}
