import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  FrameReader,
  readServiceMessage,
  type ServiceMessage,
  writeServiceMessage,
} from '../service-protocol/index.ts';
import { ServiceConnection } from './service-connection.ts';

const options = {
  endpointName: 'test',
  connectionType: 0,
  migrationLevel: 0,
  allowStatefulReconnects: false,
  handshakeTimeout: 15_000,
  serviceTimeout: 30_000,
};
const accepted = writeServiceMessage({ type: 2, errorMessage: '', connectionId: null });
let service: WebSocketServer;
let reasons: (string | undefined)[];
let received: ServiceMessage[];

beforeEach(async () => {
  [reasons, received] = [[], []];
  service = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => service.on('listening', resolve));
});
afterEach(() => {
  for (const client of service.clients) client.terminate();
  service.close();
});

/** Connects to a service with this behavior. */
function connect(
  behave: (webSocket: WebSocket) => void,
  times: { handshakeTimeout?: number; serviceTimeout?: number } = {},
): { connection: ServiceConnection; opened: Promise<void> } {
  service.on('connection', behave);
  const connection = new ServiceConnection(
    { ...options, ...times },
    {
      onOpen: () => undefined,
      onMessage: (message) => received.push(message),
      clientCounts: () => ({ inHub: 7, own: 3 }),
      onClosed: (reason) => reasons.push(reason),
    },
  );
  return {
    connection,
    opened: connection.open(`ws://127.0.0.1:${(service.address() as AddressInfo).port}`, {}),
  };
}

test('the handshake comes first, and messages of one turn are one write', async () => {
  const pieces: Buffer[] = [];
  const { connection, opened } = connect((webSocket) => {
    webSocket.on('message', (data: Buffer) => {
      if (pieces.push(data) === 1)
        webSocket.send(
          Buffer.concat([accepted, writeServiceMessage({ type: 3, messages: ['a', 'b'] })]),
        );
    });
  });
  await opened;
  expect(pieces[0]?.toString('hex')).toBe('0796010100a00080');
  expect(received).toEqual([{ type: 3, messages: ['a', 'b'] }]);
  for (let i = 0; i < 3; i++) connection.send({ type: 6, connectionId: String(i), payload: 'x' });
  await expect.poll(() => pieces.length).toBe(2);
  const ids: unknown[] = [];
  new FrameReader().read(pieces[1] as Buffer, (frame) =>
    ids.push((readServiceMessage(frame) as { connectionId: string }).connectionId),
  );
  expect(ids).toEqual(['0', '1', '2']);
  connection.close();
  expect(connection.isOpen).toBe(false);
});

test.each([
  [
    'refuses',
    writeServiceMessage({ type: 2, errorMessage: 'no room', connectionId: null }),
    'no room',
  ],
  [
    'sends something else first',
    writeServiceMessage({ type: 3, messages: [] }),
    'sent another message',
  ],
  ['sends garbage', Buffer.from('ffffffffff', 'hex'), 'cannot be read'],
  ['says nothing', Buffer.alloc(0), 'in time', 200],
])(
  'a connection does not open if the service %s',
  async (_what, answer, text, handshakeTimeout = 15_000) => {
    const { opened } = connect((webSocket) => webSocket.send(answer), { handshakeTimeout });
    await expect(opened).rejects.toThrow(text);
    expect(reasons).toEqual([]);
  },
);

test.each([
  ['sends garbage', Buffer.from('03900102', 'hex'), 'cannot be read'],
  ['sends a frame over the limit', Buffer.from('ffffffff0f', 'hex'), 'cannot be read'],
  ['falls silent', Buffer.alloc(0), 'sent nothing for too long', 300],
])(
  'a connection closes once if the service %s',
  async (_what, bytes, text, serviceTimeout = 30_000) => {
    const { connection, opened } = connect(
      (webSocket) => {
        webSocket.send(accepted);
        webSocket.send(bytes);
      },
      { serviceTimeout },
    );
    await opened;
    await expect.poll(() => reasons.length).toBe(1);
    expect(reasons[0]).toContain(text);
    expect(connection.isOpen).toBe(false);
  },
);

test('what is sent on a closed connection is dropped', async () => {
  const pieces: Buffer[] = [];
  let closed = false;
  const { connection, opened } = connect((webSocket) => {
    webSocket.on('message', (data: Buffer) => pieces.push(data));
    webSocket.on('close', () => (closed = true));
    webSocket.send(accepted);
  });
  await opened;
  connection.close();
  connection.send({ type: 3, messages: ['late', ''] });
  expect(connection.whenRoom()).toBeUndefined();
  await expect.poll(() => closed).toBe(true);
  expect(pieces.map((data) => data.toString('hex'))).toEqual(['0796010100a00080']);
});

test('messages after a refusal in the same chunk are ignored', async () => {
  const client = {
    type: 4,
    connectionId: 'a',
    claims: [],
    headers: new Map(),
    queryString: '?asrs.op=%2Fchat',
  } as const;
  const refused = writeServiceMessage({ type: 2, errorMessage: 'no room', connectionId: null });
  const { opened } = connect((webSocket) =>
    webSocket.send(Buffer.concat([refused, writeServiceMessage(client)])),
  );
  await expect(opened).rejects.toThrow('no room');
  expect(received).toEqual([]);
});

test('after a service error nothing more is sent, and unknown messages are ignored', async () => {
  const { connection, opened } = connect((webSocket) => {
    webSocket.send(
      Buffer.concat([
        accepted,
        Buffer.from('099263a6667574757265', 'hex'),
        writeServiceMessage({ type: 15, errorMessage: 'quota' }),
      ]),
    );
  });
  await opened;
  await expect.poll(() => received).toEqual([{ type: 15, errorMessage: 'quota' }]);
  expect(connection.isOpen).toBe(false);
  connection.close();
});

test('a ping is sent only if data arrives and the last ping is five seconds old', async () => {
  let offset = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + offset);
  try {
    const pieces: Buffer[] = [];
    let other: WebSocket | undefined;
    const { connection, opened } = connect((webSocket) => {
      other = webSocket;
      webSocket.on('message', (data: Buffer) => pieces.push(data));
      webSocket.send(accepted);
    });
    await opened;
    const arrives = async (text: string): Promise<void> => {
      other?.send(writeServiceMessage({ type: 3, messages: ['x', text] }));
      await expect.poll(() => received.at(-1)).toEqual({ type: 3, messages: ['x', text] });
    };
    await arrives('early');
    offset = 5001;
    await arrives('late');
    await arrives('again');
    const counts = writeServiceMessage({
      type: 3,
      messages: ['#clientInHub', '7', '#client', '3'],
    });
    await expect
      .poll(() => pieces.map((data) => data.toString('hex')))
      .toEqual(['0796010100a00080', counts.toString('hex')]);
    connection.close();
  } finally {
    clock.mockRestore();
  }
});
