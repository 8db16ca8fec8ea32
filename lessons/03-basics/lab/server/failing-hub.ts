import { HubError } from '@practical-signalr/server';
import { MessageHub } from '../../server/hub.ts';

/** The lesson's hub with methods that fail. */
export class FailingHub extends MessageHub {
  boom(): void {
    throw new Error('secret path');
  }

  throwHubError(): void {
    throw new HubError('The room is full.');
  }

  async callMissingHandler(): Promise<void> {
    const caller = this.clients.caller as { send(method: string): Promise<void> };
    await caller.send('NobodyListens');
  }
}

/** The methods that clients can call. */
export const failingMethods = {
  sendMessageToAll: {},
  boom: {},
  throwHubError: {},
  callMissingHandler: {},
};
