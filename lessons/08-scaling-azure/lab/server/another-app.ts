import { azureSignalR } from '@practical-signalr/azure';
import { Hub, SignalRServer } from '@practical-signalr/server';
import { waitForServerConnections } from './other-apps.ts';

class MessageHub extends Hub {}

/**
 * Sends a message from another app that uses the same service, and whose hub has the same name as
 * ours.
 */
export async function sendFromAnotherApp(applicationName: string): Promise<void> {
  const signalr = new SignalRServer({
    scaleOut: azureSignalR(applicationName ? { applicationName } : {}),
  });
  const orders = signalr.mapHub('/orders', MessageHub, { methods: [] });
  try {
    await waitForServerConnections(signalr);
    await orders.clients.all.send('ReceiveMessage', 'Your parcel is on its way', 'another app');
  } finally {
    await signalr.close();
  }
}
