import { HubError } from '@practical-signalr/server';
import { MessageHub } from './hub.ts';

/** The same hub with methods that go wrong on purpose. */
export class FailingHub extends MessageHub {
  boom(): void {
    throw new Error('secret path');
  }

  told(): void {
    throw new HubError('told');
  }

  async callNobody(): Promise<void> {
    const nobody = this.clients.caller as { send(method: string): Promise<void> };
    await nobody.send('NobodyListens');
  }

  #count = 0;
  countInField(): number {
    return ++this.#count;
  }

  countInItems(): number {
    return this.context.items.set(Symbol('one call more'), true).size;
  }

  async slow(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  static kept: FailingHub | undefined;
  keepMe(): void {
    FailingHub.kept = this;
  }

  // Nobody hears of the connections that the buttons open.
  override async onConnected(): Promise<void> {}
  override async onDisconnected(): Promise<void> {}
}

/** The methods that clients can call, without options. */
export const failingMethods = {
  sendMessageToCaller: {},
  sendMessageToUser: {},
  joinGroup: {},
  sendMessageToGroup: {},
  boom: {},
  told: {},
  callNobody: {},
  countInField: {},
  countInItems: {},
  slow: {},
  keepMe: {},
} as const;
