import { Hub } from '@practical-signalr/server';
import type { MessageClient, MessageServer } from '../contract.ts';

export class MessageHub extends Hub<MessageClient> implements MessageServer {
  async sendMessageToAll(message: string): Promise<void> {
    await this.clients.all.send('ReceiveMessage', message);
  }
}

/** The methods that clients can call. A public method that is missing here is a compile error. */
export const methods = ['sendMessageToAll'] as const;
