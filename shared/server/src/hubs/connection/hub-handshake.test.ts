import {
  type HubProtocol,
  JsonHubProtocol,
  MessagePackHubProtocol,
} from '@practical-signalr/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { HubHandshake, writeAcceptance } from './hub-handshake.ts';

const refusal = {
  isAccepted: false,
  error: 'An unexpected error occurred during connection handshake.',
};
const sequenceMessage = Uint8Array.of(3, 0x92, 9, 1); // of MessagePack
const request = Buffer.from('{"protocol":"json","version":2}\u001e');

const handshakes: HubHandshake[] = [];
afterEach(() => {
  for (const handshake of handshakes.splice(0)) handshake.stop();
  vi.useRealTimers();
});

function startHandshake(
  useStatefulReconnect: boolean,
  protocol: HubProtocol = new JsonHubProtocol(),
): HubHandshake {
  const handshake = new HubHandshake(
    { transferFormats: ['Text', 'Binary'], useStatefulReconnect },
    {
      handshakeTimeout: 60_000,
      maximumReceiveMessageSize: 1000,
      protocols: [protocol],
      enableDetailedErrors: false,
    },
    true,
    () => undefined,
  );
  handshakes.push(handshake);
  return handshake;
}

test('a message of a connection that this server does not know is refused immediately', () => {
  expect(startHandshake(true).read(sequenceMessage)).toEqual(refusal);
});

test.each(['MyJson', 'myjson'])('a custom protocol is found as %s, in any case', (name) => {
  const json = new JsonHubProtocol();
  const protocol: HubProtocol = {
    name: 'MyJson',
    version: 1,
    transferFormat: 'Text',
    writeMessage: (message) => json.writeMessage(message),
    createReader: (maximumMessageSize) => json.createReader(maximumMessageSize),
  };
  const result = startHandshake(false, protocol).read(`{"protocol":"${name}","version":1}\u001e`);
  expect(result).toMatchObject({ isAccepted: true, protocol });
});

test('without stateful reconnect, the server waits for the rest, as ASP.NET Core does', () => {
  const handshake = startHandshake(false);
  expect(handshake.read(sequenceMessage)).toBeUndefined();
  expect(handshake.read(request)).toEqual(refusal);
});

test.each([
  ['', 1],
  ['', 5],
  [' \t\r\n', 1],
  [' \t\r\n', 4],
])(
  'with stateful reconnect, a request after %j may arrive in chunks of %d bytes',
  (space, size) => {
    const bytes = Buffer.concat([Buffer.from(space), request]);
    const handshake = startHandshake(true);
    expect(handshake.read(Buffer.alloc(0))).toBeUndefined();
    let result;
    for (let i = 0; i < bytes.length; i += size) {
      expect(result).toBeUndefined();
      result = handshake.read(bytes.subarray(i, i + size));
    }
    expect(result).toMatchObject({ isAccepted: true, version: 2 });
  },
);

test('a handshake that cannot be read is refused, with its error if detailed errors are on', () => {
  const errors = [true, false].map((enableDetailedErrors) => {
    const handshake = new HubHandshake(
      { transferFormats: ['Text'], useStatefulReconnect: false },
      {
        handshakeTimeout: 60_000,
        maximumReceiveMessageSize: 1000,
        protocols: [],
        enableDetailedErrors,
      },
      true,
      () => undefined,
    );
    handshakes.push(handshake);
    return handshake.read('{\u001e');
  });
  expect(errors[0]).toEqual({
    isAccepted: false,
    error: expect.stringMatching(/^An unexpected error occurred .*handshake\. \w+: ./) as string,
  });
  expect(errors[1]).toEqual(refusal);
});

test('the version may be that of the protocol or an older one', () => {
  const json = new JsonHubProtocol();
  const results = [0, 1, json.version, json.version + 1].map((version) =>
    startHandshake(false).read(`{"protocol":"json","version":${version}}\u001e`),
  );
  expect(results.map((result) => result?.isAccepted)).toEqual([true, true, true, false]);
  expect(results[3]).toEqual({
    isAccepted: false,
    error: `The server does not support version ${json.version + 1} of the 'json' protocol.`,
  });
});

test('a binary protocol is refused on a transport that only carries text', () => {
  const text = '{"protocol":"messagepack","version":1}\u001e';
  const refuse = (transferFormats: readonly ('Text' | 'Binary')[]) => {
    const handshake = new HubHandshake(
      { transferFormats, useStatefulReconnect: false },
      {
        handshakeTimeout: 60_000,
        maximumReceiveMessageSize: 1000,
        protocols: [new MessagePackHubProtocol()],
        enableDetailedErrors: false,
      },
      true,
      () => undefined,
    );
    handshakes.push(handshake);
    return handshake.read(text);
  };
  expect(refuse(['Text'])).toEqual({
    isAccepted: false,
    error:
      "Cannot use the 'messagepack' protocol on the current transport. The transport does not support 'Binary' transfer format.",
  });
  expect(refuse(['Text', 'Binary'])).toMatchObject({ isAccepted: true });
});

test('the response to a binary protocol is sent as bytes, with the same text', () => {
  const text = '{}\u001e';
  expect(writeAcceptance(new JsonHubProtocol())).toBe(text);
  expect(writeAcceptance(new MessagePackHubProtocol())).toEqual(Buffer.from(text));
});

test('a request that is too long is refused, and detailed errors do not change the text', () => {
  const handshake = startHandshake(false);
  const canceled = { isAccepted: false, error: 'Handshake was canceled.' };
  expect(handshake.read(`{"protocol":"${'a'.repeat(1000)}"`)).toEqual(canceled);
});

test('the client is told when the time for its request is over, unless it was in time', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const errors: string[] = [];
  const start = (): HubHandshake =>
    new HubHandshake(
      { transferFormats: ['Text'], useStatefulReconnect: false },
      {
        handshakeTimeout: 1000,
        maximumReceiveMessageSize: 1000,
        protocols: [new JsonHubProtocol()],
        enableDetailedErrors: false,
      },
      true,
      (error) => errors.push(error),
    );
  const slow = start();
  handshakes.push(slow);
  slow.read('{');
  start().read(request.toString());
  vi.advanceTimersByTime(999);
  expect(errors).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(errors).toEqual(['Handshake was canceled.']);
  vi.advanceTimersByTime(10_000);
  expect(errors).toHaveLength(1);
});

test('an empty chunk is not the first message of an unknown connection, and text is never one', () => {
  const handshake = startHandshake(true);
  expect(handshake.read(new Uint8Array(0))).toBeUndefined();
  expect(handshake.read(sequenceMessage)).toEqual(refusal);
  const text = startHandshake(true);
  expect(text.read('')).toBeUndefined();
  expect(text.read('{"protocol":')).toBeUndefined();
  expect(text.read('"json","version":1}\u001e')).toMatchObject({ isAccepted: true });
});
