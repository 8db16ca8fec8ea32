import { expect, test } from 'vitest';
import { Hub, type HubContext, SignalRServer } from '../index.ts';

interface Client {
  said(text: string, times: number): void;
}
class ChatHub extends Hub<Client> {
  async say(): Promise<void> {
    await this.clients.all.send('said', 'a', 1);
    await this.clients.caller.send('Said', 'a', 1); // as C# spells it
    // @ts-expect-error the client has no such method
    await this.clients.all.send('sayed', 'a', 1);
    // @ts-expect-error the second argument is a number
    await this.clients.others.send('said', 'a', 'b');
    // @ts-expect-error the second argument is missing
    await this.clients.group('g').send('Said', 'a');
  }
}
class AnyHub extends Hub {
  async say(): Promise<void> {
    await this.clients.all.send('whatever', 1, 'two', null);
  }
}

test('a wrong name or argument does not compile: this file is the proof, the compiler the judge', async () => {
  const signalr = new SignalRServer();
  const context: HubContext<Client> = signalr.mapHub('/chat', ChatHub, {
    methods: { say: { arguments: [] } },
  });
  signalr.mapHub('/any', AnyHub);
  await context.clients.all.send('said', 'to nobody', 1);
  // @ts-expect-error a hub context has no caller
  expect(context.clients.caller).toBeUndefined();
  // @ts-expect-error the hub has no such method
  expect(() => signalr.mapHub('/other', ChatHub, { methods: { sayed: {} } })).toThrow('sayed');
  await signalr.close();
});
