import { redis } from '@practical-signalr/redis';
import { Hub, SignalRServer } from '@practical-signalr/server';
import type { MessageClient } from '../contract.ts';

class MessageHub extends Hub<MessageClient> {}

/** An app of other people on the same Redis. Its hub happens to have the name of ours. */
export async function sayFromAnotherApp(url: string, prefix: string): Promise<void> {
  const channelPrefix = prefix && `${prefix}.`;
  const signalr = new SignalRServer({
    scaleOut: redis({ url, channelPrefix, whileDisconnected: 'fail' }),
  });
  const messages = signalr.mapHub('/orders', MessageHub, { methods: [] });
  try {
    await messages.clients.all.send('ReceiveMessage', 'Your parcel is on its way', 'another app');
  } finally {
    await signalr.close();
  }
}
