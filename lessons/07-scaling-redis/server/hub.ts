import { Hub } from '@practical-signalr/server';
import type { MessageClient, MessageServer } from '../contract.ts';

export class MessageHub extends Hub<MessageClient> implements MessageServer {
  async sendMessageToAll(message: string): Promise<void> {
    await this.clients.all.send('ReceiveMessage', message);
  }

  async sendMessageToCaller(message: string): Promise<void> {
    await this.clients.caller.send('ReceiveMessage', message);
  }

  /** Despite its name, this method targets one connection. A user may have several. */
  async sendMessageToUser(connectionId: string, message: string): Promise<void> {
    await this.clients.client(connectionId).send('ReceiveMessage', message);
  }

  async joinGroup(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async sendMessageToGroup(group: string, message: string): Promise<void> {
    await this.clients.group(group).send('ReceiveMessage', message);
  }

  whoAmI(): string | undefined {
    return this.context.userIdentifier;
  }

  override async onConnected(): Promise<void> {
    await this.clients.all.send('UserConnected', this.context.connectionId);
  }

  override async onDisconnected(): Promise<void> {
    await this.clients.all.send('UserDisconnected', this.context.connectionId);
  }
}

/** The methods that clients can call. A public method that is missing here is a compile error. */
export const methods = [
  'sendMessageToAll',
  'sendMessageToCaller',
  'sendMessageToUser',
  'joinGroup',
  'sendMessageToGroup',
  'whoAmI',
] as const;
