import { fetchText, type OutcomeGroup, redact } from '@practical-signalr/lesson-kit/client';
import { HANDSHAKE, openSocket, sendAndReceive } from './raw-socket.ts';

const CALL = '{"type":1,"invocationId":"1","target":"Echo","arguments":["by hand"]}';

let token = '';
let socket: WebSocket | undefined;

async function negotiate(): Promise<string> {
  const text = await fetchText('/echo/negotiate?negotiateVersion=1', { method: 'POST' });
  token = (JSON.parse(text) as { connectionToken: string }).connectionToken;
  return redact(text);
}

async function open(): Promise<string> {
  if (token === '') throw new Error('There is no token. Negotiate first.');
  socket?.close();
  socket = await openSocket(token);
  token = '';
  return 'The WebSocket is open. The handshake must arrive within 15 s.';
}

async function send(message: string, expected: RegExp): Promise<string> {
  if (socket?.readyState !== WebSocket.OPEN) {
    throw new Error('There is no open WebSocket. Negotiate, then open one.');
  }
  return sendAndReceive(socket, message, expected);
}

/** What a SignalR client does when it starts and calls a hub method, step by step. */
export const stepsByHand: readonly OutcomeGroup[] = [
  {
    heading: 'The four steps of a client',
    note: 'in this order, on one connection',
    outcomes: [
      {
        action: '1. Negotiate',
        expected: '`"connectionId":…,"connectionToken":"••••","availableTransports":…`',
        why: '`POST /echo/negotiate` creates a connection. Its id is public. Its token authorizes the transport and stays secret, so the page shows it as dots.',
        cure: 'Open a WebSocket with the token.',
        isExpected: /^\{"negotiateVersion":1,"connectionId":"[^"]+","connectionToken":"••••",/,
        attempt: negotiate,
      },
      {
        action: '2. Open the WebSocket',
        expected: 'The WebSocket is open.',
        why: 'The address is `ws://…/echo?id=`, followed by the token. The token can be used once.',
        cure: 'Send the handshake within 15 s.',
        attempt: open,
      },
      {
        action: '3. Send the handshake',
        expected: '↓ `{} [1E]`',
        why: 'The handshake names the protocol, here JSON. The byte 0x1E ends each message. The answer `{}` means that the server knows the protocol.',
        cure: 'Call a hub method.',
        attempt: () => send(HANDSHAKE, /^\{\}/),
      },
      {
        action: '4. Call Echo',
        expected: '`{"type":3,"invocationId":"1","result":"by hand"}`',
        why: 'Type 1 is an invocation. Type 3 is the completion of the invocation with the same id.',
        cure: 'Compare the frames in the wire panel with those of the lesson: they are the same.',
        attempt: () => send(CALL, /"type":3/),
      },
    ],
  },
];
