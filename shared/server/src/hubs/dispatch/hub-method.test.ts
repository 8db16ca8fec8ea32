import { expect, test } from 'vitest';
import { Hub } from '../hub.ts';
import { callMethod } from './hub-method.ts';

class ChatHub extends Hub {
  say(text: string): string {
    return `${this.constructor.name} says ${text}`;
  }
}
class LoudHub extends ChatHub {
  override say(text: string): string {
    return super.say(text.toUpperCase());
  }
}
type Run = (...args: readonly unknown[]) => unknown;
const method = { name: 'say', run: Reflect.get(ChatHub.prototype, 'say') as Run };

test('the method of the instance runs, with the instance as this', () => {
  expect(callMethod(new ChatHub(), method, ['a'])).toBe('ChatHub says a');
  expect(callMethod(new LoudHub(), method, ['a'])).toBe('LoudHub says A');
});

test('an instance without the method runs that of the mapped class', () => {
  class OtherHub extends Hub {
    readonly say = 'no function';
  }
  expect(callMethod(new OtherHub(), method, ['a'])).toBe('OtherHub says a');
});
