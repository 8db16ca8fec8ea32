import { type HubProtocol, JsonHubProtocol } from '@practical-signalr/protocol';
import { afterEach, expect, test } from 'vitest';
import { HubHandshake } from './hub-handshake.ts';

const refusal = {
  isAccepted: false,
  error: 'An unexpected error occurred during connection handshake.',
};
const sequenceMessage = Uint8Array.of(3, 0x92, 9, 1); // of MessagePack
const request = Buffer.from('{"protocol":"json","version":2}\u001e');

const handshakes: HubHandshake[] = [];
afterEach(() => {
  for (const handshake of handshakes.splice(0)) handshake.stop();
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
