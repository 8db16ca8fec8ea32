import { typed } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, HubConnectionState } from '@microsoft/signalr';
import type { HomeClient, HomeServer } from '../src/home/home-contract.ts';

/** Milliseconds between two attempts to reach a home that was stopped. */
const RETRY = 1000;

const built = new HubConnectionBuilder()
  .withUrl('/home')
  .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => RETRY })
  .build();

/** The connection to the home. */
export const home = typed<HomeServer, HomeClient>(built);

export const isConnected = (): boolean => built.state === HubConnectionState.Connected;

/** Connects, as often as it takes; `connected` is called then and after each time that the connection came back. */
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
