import { afterEach, expect, test } from 'vitest';
import { Hub, SignalRServer } from '../../index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';
import { findHubMethods } from './hub-methods.ts';

class BaseHub extends Hub {
  inherited(): string {
    return 'inherited';
  }
  protected inheritedProtected(): string {
    return 'secret';
  }
}
class ChatHub extends BaseHub {
  say(text: string): string {
    return text + this.hidden().slice(0, 0);
  }
  private hidden(): string {
    return 'secret';
  }
  protected guarded(): string {
    return 'secret';
  }
  _internal(): string {
    return 'secret';
  }
  override toString(): string {
    return 'secret';
  }
  get accessor(): () => string {
    return () => 'secret';
  }
}
class BareHub extends Hub {}
class FieldHub extends Hub {
  field = (): string => 'field';
}

const RS = '\u001e';
const call = (target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: '1', target, arguments: args }) + RS;
let server: TestServer | undefined;
afterEach(() => server?.close());

test('clients can call the listed methods and nothing else', async () => {
  server = await testServer((signalr) => {
    // A JavaScript caller can list fewer methods than the class has.
    signalr.mapHub('/hub', ChatHub, { methods: ['say'] as never });
  });
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('Say', 'hello'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"hello"}');
  for (const name of [
    'hidden',
    'guarded',
    '_internal',
    'inherited',
    'inheritedProtected',
    'accessor',
    'toString',
    'constructor',
    'onConnected',
    'onDisconnected',
    'onAuthenticationRefreshed',
    'context',
    'clients',
    '__proto__',
    'hasOwnProperty',
    '0',
    'length',
  ]) {
    client.send(call(name));
    expect(await client.next(), name).toBe(
      `{"type":3,"invocationId":"1","error":"Failed to invoke '${name}' due to an error on the server. HubException: Method does not exist."}`,
    );
  }
  client.close();
});

test('both forms of the list expose the same methods, inherited ones included', async () => {
  class PairHub extends BaseHub {
    own(): string {
      return 'own';
    }
  }
  server = await testServer((signalr) => {
    signalr.mapHub('/names', PairHub, { methods: ['own', 'inherited'] });
    signalr.mapHub('/options', PairHub, { methods: { own: { name: 'renamed' }, inherited: {} } });
  });
  const names = await RawClient.connect(`${server.url}/names`);
  names.send(call('own') + call('inherited'));
  expect(await names.next()).toContain('"result":"own"');
  expect(await names.next()).toContain('"result":"inherited"');
  const options = await RawClient.connect(`${server.url}/options`);
  options.send(call('renamed') + call('inherited') + call('own'));
  expect(await options.next()).toContain('"result":"own"');
  expect(await options.next()).toContain('"result":"inherited"');
  expect(await options.next()).toContain('"error"');
  names.close();
  options.close();
});

test('the compiler refuses an incomplete list and names that are not public methods', () => {
  class PairHub extends BaseHub {
    own(): string {
      return this.#secret();
    }
    #secret(): string {
      return 'secret';
    }
    protected hidden(): void {}
  }
  const check = (signalr: SignalRServer): void => {
    signalr.mapHub('/x', PairHub, { methods: ['own', 'inherited'] });
    signalr.mapHub('/x', () => new PairHub(), { methods: ['inherited', 'own'] });
    signalr.mapHub(
      '/x',
      { hub: PairHub, create: () => new PairHub() },
      { methods: ['own', 'inherited'] },
    );
    signalr.mapHub('/x', BareHub, { methods: [] });
    signalr.mapHub('/x', BareHub, { methods: {} });
    // @ts-expect-error: the list is missing
    signalr.mapHub('/x', PairHub);
    // @ts-expect-error: the list is missing
    signalr.mapHub('/x', PairHub, {});
    // @ts-expect-error: `inherited` is missing
    signalr.mapHub('/x', PairHub, { methods: ['own'] });
    // @ts-expect-error: both are missing
    signalr.mapHub('/x', PairHub, { methods: [] });
    // @ts-expect-error: `inherited` is missing
    signalr.mapHub('/x', PairHub, { methods: { own: {} } });
    // @ts-expect-error: `hidden` is protected
    signalr.mapHub('/x', PairHub, { methods: ['own', 'inherited', 'hidden'] });
    // @ts-expect-error: `inheritedProtected` is protected
    signalr.mapHub('/x', PairHub, { methods: { own: {}, inherited: {}, inheritedProtected: {} } });
    // @ts-expect-error: `onConnected` is a hook
    signalr.mapHub('/x', PairHub, { methods: ['own', 'inherited', 'onConnected'] });
    // @ts-expect-error: no such method
    signalr.mapHub('/x', PairHub, { methods: ['own', 'inherited', 'other'] });
    const loose = { own: {}, inherited: {}, hidden: {} };
    // @ts-expect-error: `hidden` is protected, in a constant too
    signalr.mapHub('/x', PairHub, { methods: loose });
    const short = ['own'] as const;
    // @ts-expect-error: `inherited` is missing, in a constant too
    signalr.mapHub('/x', PairHub, { methods: short });
  };
  expect(check).toBeTypeOf('function');
});

/** Calls `mapHub` as JavaScript code does, and returns the error. */
function mapError(hub: new () => Hub, ...options: unknown[]): { code: string; message: string } {
  const signalr = new SignalRServer();
  const mapHub = signalr.mapHub.bind(signalr) as (...args: unknown[]) => unknown;
  try {
    mapHub('/x', hub, ...options);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('mapHub threw nothing.');
}

test.each([
  [[]],
  [[{}]],
  [[{ methods: undefined }]],
  [[{ methods: null }]],
  [[{ methods: 'say' }]],
])('mapHub refuses to expose methods without a list: %j', (options) => {
  const { code, message } = mapError(ChatHub, ...options);
  expect(code).toBe('ERR_SIGNALR_METHODS_MISSING');
  expect(message).toContain("The option 'methods' of ChatHub is missing.");
  expect(message).toContain("'say', 'hidden', 'guarded', '_internal', 'inherited'");
  expect(message).not.toContain('toString');
});

test('a hub without methods still needs an empty list', () => {
  const { code, message } = mapError(BareHub);
  expect(code).toBe('ERR_SIGNALR_METHODS_MISSING');
  expect(message).toMatch(/none\.$/);
});

test.each([
  [['nope'], 'ERR_SIGNALR_UNKNOWN_METHOD', "names 'nope'"],
  [{ Say: {} }, 'ERR_SIGNALR_UNKNOWN_METHOD', "names 'Say'"],
  [['accessor'], 'ERR_SIGNALR_UNKNOWN_METHOD', 'write a field or an accessor as a method'],
  [[''], 'ERR_SIGNALR_UNKNOWN_METHOD', "names ''"],
  [['onConnected'], 'ERR_SIGNALR_METHOD_RESERVED', "'onConnected'"],
  [['onDisconnected'], 'ERR_SIGNALR_METHOD_RESERVED', "'onDisconnected'"],
  [['onAuthenticationRefreshed'], 'ERR_SIGNALR_METHOD_RESERVED', 'can never call'],
  [['constructor'], 'ERR_SIGNALR_METHOD_RESERVED', "'constructor'"],
  [['context'], 'ERR_SIGNALR_METHOD_RESERVED', "'context'"],
  [['toString'], 'ERR_SIGNALR_METHOD_RESERVED', "'toString'"],
  [['__proto__'], 'ERR_SIGNALR_METHOD_RESERVED', "'__proto__'"],
  [['say', 1], 'ERR_SIGNALR_METHODS_INVALID', "at '1'"],
  [[Object.create(null)], 'ERR_SIGNALR_METHODS_INVALID', "at '0'"],
  [[['say']], 'ERR_SIGNALR_METHODS_INVALID', 'Pass an array of names'],
  [{ say: true }, 'ERR_SIGNALR_METHODS_INVALID', "at 'say'"],
  [{ say: false }, 'ERR_SIGNALR_METHODS_INVALID', "at 'say'"],
  [{ say: undefined }, 'ERR_SIGNALR_METHODS_INVALID', "at 'say'"],
  [['say', 'say'], undefined, ''],
])('mapHub checks every name in the list: %j', (methods, expectedCode, text) => {
  if (expectedCode === undefined) {
    expect(() => mapError(ChatHub, { methods })).toThrow('mapHub threw nothing.');
    return;
  }
  const { code, message } = mapError(ChatHub, { methods });
  expect(code).toBe(expectedCode);
  expect(message).toContain(text);
});

test('an arrow function in a field is not a method', () => {
  const { code, message } = mapError(FieldHub, { methods: ['field'] });
  expect(code).toBe('ERR_SIGNALR_UNKNOWN_METHOD');
  expect(message).toContain('write a field or an accessor as a method');
});

test.each([
  [
    'two methods have one name',
    { say: {}, inherited: { name: 'SAY' } },
    "ChatHub has two methods with the name 'say'.",
  ],
  ['the options of a method are null', { say: null }, "is invalid at 'say'"],
  [
    'a rate limit is not positive',
    { say: { rateLimit: { tokenLimit: 0, tokensPerSecond: 1 } } },
    "'methods.say.rateLimit.tokenLimit'",
  ],
])('the list is refused if %s', (_what, list, message) => {
  expect(() => findHubMethods('ChatHub', ChatHub.prototype, list)).toThrow(message);
});
