import { Hub } from '@practical-signalr/server';
import { text } from './dotnet/schemas.ts';

/** The hub of the course's lessons. */
export class MessageHub extends Hub {
  sendMessageToAll(message: string): Promise<void> {
    return this.clients.all.send('ReceiveMessage', message);
  }
  sendMessageToCaller(message: string): Promise<void> {
    return this.clients.caller.send('ReceiveMessage', message);
  }
  sendMessageToUser(connectionId: string, message: string): Promise<void> {
    return this.clients.client(connectionId).send('ReceiveMessage', message);
  }
  joinGroup(group: string): Promise<void> {
    return this.groups.add(this.context.connectionId, group);
  }
  sendMessageToGroup(group: string, message: string): Promise<void> {
    return this.clients.group(group).send('ReceiveMessage', message);
  }
  override onConnected(): Promise<void> {
    return this.clients.all.send('UserConnected', this.context.connectionId);
  }
  override onDisconnected(): Promise<void> {
    return this.clients.all.send('UserDisconnected', this.context.connectionId);
  }
}

/** The methods of MessageHub that clients can call. */
export const messageMethods = {
  sendMessageToAll: { arguments: [text] },
  sendMessageToCaller: { arguments: [text] },
  sendMessageToUser: { arguments: [text, text] },
  joinGroup: { arguments: [text] },
  sendMessageToGroup: { arguments: [text, text] },
};
