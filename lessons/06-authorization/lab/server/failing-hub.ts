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

  #count = 0;
  countInField(): number {
    this.#count += 1;
    return this.#count;
  }

  countInItems(): number {
    const { items } = this.context;
    const count = Number(items.get('count') ?? 0) + 1;
    items.set('count', count);
    return count;
  }

  /** Returns how many calls of this connection were running at the same time. */
  async waitForAWhile(): Promise<number> {
    const { items } = this.context;
    const running = Number(items.get('running') ?? 0) + 1;
    items.set('running', running);
    await new Promise((resolve) => setTimeout(resolve, 300));
    items.set('running', 0);
    return running;
  }

  static stored: FailingHub | undefined;
  storeThis(): void {
    FailingHub.stored = this;
  }

  guarded(): string {
    return 'The call succeeds.';
  }

  // The chat does not show the connections of the lab.
  override async onConnected(): Promise<void> {}
  override async onDisconnected(): Promise<void> {}
}

/** The methods that clients can call. */
export const failingMethods = {
  sendMessageToAll: {},
  sendMessageToCaller: {},
  sendMessageToUser: {},
  joinGroup: {},
  sendMessageToGroup: {},
  whoAmI: {},
  boom: {},
  throwHubError: {},
  callMissingHandler: {},
  countInField: {},
  countInItems: {},
  waitForAWhile: {},
  storeThis: {},
  guarded: {},
};
