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
}
