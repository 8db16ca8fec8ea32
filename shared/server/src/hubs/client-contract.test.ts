import { expect, test } from 'vitest';
import { Hub, type HubContext, SignalRServer } from '../index.ts';

interface Client {
  receive(text: string, times: number): void;
}
class ChatHub extends Hub<Client> {
  async say(): Promise<void> {
    await this.clients.all.send('receive', 'a', 1);
    await this.clients.caller.send('Receive', 'a', 1); // the spelling of C#
    // @ts-expect-error the client has no such method
    await this.clients.all.send('recieve', 'a', 1);
    // @ts-expect-error the second argument is a number
    await this.clients.others.send('receive', 'a', 'b');
    // @ts-expect-error the second argument is missing
    await this.clients.group('g').send('Receive', 'a');
  }
}
class AnyHub extends Hub {
  async say(): Promise<void> {
    await this.clients.all.send('whatever', 1, 'two', null);
  }
}

test('a wrong method name or argument does not compile (checked when this file is compiled)', async () => {
  const signalr = new SignalRServer();
  const context: HubContext<Client> = signalr.mapHub('/chat', ChatHub, {
    methods: { say: { arguments: [] } },
  });
  signalr.mapHub('/any', AnyHub, { methods: ['say'] });
  await context.clients.all.send('receive', 'to nobody', 1);
  // @ts-expect-error a hub context has no caller
  expect(context.clients.caller).toBeUndefined();
  // @ts-expect-error the hub has no such method
  expect(() => signalr.mapHub('/other', ChatHub, { methods: { sya: {} } })).toThrow('sya');
  await signalr.close();
});
