import { HubConnectionBuilder } from '@microsoft/signalr';
import { expectTypeOf, test } from 'vitest';
import { Hub } from '../index.ts';
import { type InvokeName, type StreamName, typed, type TypedConnection } from './typed.ts';
import { withAuthenticationRefresh } from './with-authentication-refresh.ts';
import { withRecovery } from './with-recovery.ts';

class ChatHub extends Hub {
  say(text: string): string {
    return text;
  }
}

/** Methods whose results do not say whether they are streams, and members that are no methods. */
interface LooseServer {
  /** The result is `any`. */
  getSettings(): Promise<ReturnType<typeof JSON.parse>>;
  getUnknown(): Promise<unknown>;
  fail(): Promise<never>;
  findAll(): AsyncIterable<string>;
  readonly version: string;
}
type LooseConnection = TypedConnection<LooseServer, object>;

test('a hub class as the contract offers its methods, and none of its hooks and members', () => {
  expectTypeOf<InvokeName<ChatHub>>().toEqualTypeOf<'say' | 'Say'>();
  expectTypeOf<StreamName<ChatHub>>().toEqualTypeOf<never>();
});

test('methods with the results any, unknown and never can be invoked, and any also be a stream', () => {
  expectTypeOf<Uncapitalize<InvokeName<LooseServer>>>().toEqualTypeOf<
    'getSettings' | 'getUnknown' | 'fail'
  >();
  expectTypeOf<Uncapitalize<StreamName<LooseServer>>>().toEqualTypeOf<'getSettings' | 'findAll'>();
  expectTypeOf<LooseConnection['invoke']>().toBeCallableWith('fail');
  expectTypeOf<LooseConnection['invoke']>().toBeCallableWith('getSettings');
});

test('a typed connection keeps what recovery and the refresh of tokens add', () => {
  const builder = new HubConnectionBuilder().withUrl('http://127.0.0.1/hub');
  const recovering = typed<ChatHub, object>(withRecovery(builder).build());
  expectTypeOf(recovering).toHaveProperty('onrecovered');
  const refreshing = typed<ChatHub, object>(withAuthenticationRefresh(builder).build());
  expectTypeOf(refreshing).toHaveProperty('refreshAuthentication');
  const both = typed<ChatHub, object>(withRecovery(withAuthenticationRefresh(builder)).build());
  expectTypeOf(both).toHaveProperty('onrecovered');
  expectTypeOf(both).toHaveProperty('refreshAuthentication');
  expectTypeOf(both).toExtend<Pick<TypedConnection<ChatHub, object>, 'invoke'>>();
  const plain = typed<ChatHub, object>(builder.build());
  expectTypeOf(plain).toEqualTypeOf<TypedConnection<ChatHub, object>>();
});
