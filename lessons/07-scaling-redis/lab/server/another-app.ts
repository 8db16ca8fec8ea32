import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';

class MessageHub extends Hub {}

/**
 * Sends a message from another app that uses the same Redis, and whose hub has the same name as
 * ours.
 */
export async function sendFromAnotherApp(url: string, channelPrefix: string): Promise<void> {
  const signalr = new SignalRServer({
    scaleOut: redis({ url, channelPrefix, whileDisconnected: 'fail' }),
  });
  const orders = signalr.mapHub('/orders', MessageHub, { methods: [] });
  try {
    await orders.clients.all.send('ReceiveMessage', 'Your parcel is on its way', 'another app');
  } finally {
    await signalr.close();
  }
}
