import { expectTypeOf, test } from 'vitest';
import { Hub } from '../index.ts';
import type { InvokeName } from './typed.ts';

class ChatHub extends Hub {
  say(text: string): string {
    return text;
  }
}

test('a hub class as the contract offers its methods, and none of its hooks and members', () => {
  expectTypeOf<InvokeName<ChatHub>>().toEqualTypeOf<'say' | 'Say'>();
});
