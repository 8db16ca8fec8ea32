import { MessageHub } from './hub.ts';

/** The same hub for the buttons: nobody in the chat hears of their connections. */
export class QuietHub extends MessageHub {
  guarded(): string {
    return 'let in';
  }

  override async onConnected(): Promise<void> {}
  override async onDisconnected(): Promise<void> {}
}
