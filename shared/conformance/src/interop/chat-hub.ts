import { Hub } from '@practical-signalr/server';
import { plainValue, text } from '../twin/dotnet/schemas.ts';

/**
 * The twin of `Interop.ChatHub`, the hub of the .NET server in `dotnet/`, with the same methods.
 */
export class ChatHub extends Hub {
  whoAmI(): { connectionId: string; userId: string | null } {
    return { connectionId: this.context.connectionId, userId: this.context.userIdentifier ?? null };
  }

  async sendToAll(text: string): Promise<void> {
    await this.clients.all.send('Receive', 'all', text);
  }

  async sendToOthers(text: string): Promise<void> {
    await this.clients.others.send('Receive', 'others', text);
  }

  async sendToGroup(group: string, text: string): Promise<void> {
    await this.clients.group(group).send('Receive', `group:${group}`, text);
  }

  async sendToOthersInGroup(group: string, text: string): Promise<void> {
    await this.clients.othersInGroup(group).send('Receive', `othersInGroup:${group}`, text);
  }

  async sendToUser(user: string, text: string): Promise<void> {
    await this.clients.user(user).send('Receive', `user:${user}`, text);
  }

  async sendToConnection(connectionId: string, text: string): Promise<void> {
    await this.clients.client(connectionId).send('Receive', 'connection', text);
  }

  async joinGroup(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async leaveGroup(group: string): Promise<void> {
    await this.groups.remove(this.context.connectionId, group);
  }

  async addConnectionToGroup(connectionId: string, group: string): Promise<void> {
    await this.groups.add(connectionId, group);
  }

  async removeConnectionFromGroup(connectionId: string, group: string): Promise<void> {
    await this.groups.remove(connectionId, group);
  }

  async ask(connectionId: string, question: string): Promise<unknown> {
    return this.clients.client(connectionId).invoke('Answer', question);
  }
}

/** The methods of ChatHub that clients can call. */
export const chatMethods = {
  whoAmI: {},
  sendToAll: { arguments: [text] },
  sendToOthers: { arguments: [text] },
  sendToGroup: { arguments: [text, text] },
  sendToOthersInGroup: { arguments: [text, text] },
  sendToUser: { arguments: [text, text] },
  sendToConnection: { arguments: [text, text] },
  joinGroup: { arguments: [text] },
  leaveGroup: { arguments: [text] },
  addConnectionToGroup: { arguments: [text, text] },
  removeConnectionFromGroup: { arguments: [text, text] },
  ask: { arguments: [text, text] },
};

/** The types of the client results of ChatHub. */
export const chatResults = { Answer: plainValue };
