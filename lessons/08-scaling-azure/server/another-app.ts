import { azureSignalR } from '@practical-signalr/azure';
import { Hub, SignalRServer } from '@practical-signalr/server';
import type { MessageClient } from '../contract.ts';
import { untilConnected } from './other-apps.ts';

class MessageHub extends Hub<MessageClient> {}

/** An app of other people on the same service. Its hub happens to have the name of ours. */
export async function sayFromAnotherApp(applicationName: string): Promise<void> {
  const signalr = new SignalRServer({
    scaleOut: azureSignalR(applicationName ? { applicationName } : {}),
  });
  const messages = signalr.mapHub('/orders', MessageHub, { methods: [] });
  try {
    await untilConnected(signalr);
    await messages.clients.all.send('ReceiveMessage', 'Your parcel is on its way', 'another app');
  } finally {
    await signalr.close();
  }
}
