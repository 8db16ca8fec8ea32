import type { OutcomeGroup } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { AUTOMATIC, connect } from './connect.ts';
import { HANDSHAKE, openSocket, sendAndReceive, withoutControls } from './raw-socket.ts';

const { WebSockets, ServerSentEvents } = HttpTransportType;

/** The time limit of the handshake, in s. */
const HANDSHAKE_TIMEOUT = 15;

/** Sends a handshake that does not end, and returns how the server closes the connection. */
async function sendUnfinishedHandshake(): Promise<string> {
  // The time limit starts with the request, before the page knows that the WebSocket is open.
  const start = performance.now();
  const socket = await openSocket('');
  const received: string[] = [];
  socket.addEventListener('message', ({ data }) => received.push(withoutControls(data)));
  socket.send(HANDSHAKE);
  const { code } = await new Promise<CloseEvent>((resolve) => {
    socket.addEventListener('close', resolve);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return `After ${seconds} s: ${received.join(' ')} and close ${code}.`;
}

async function sendHandshake(): Promise<string> {
  const socket = await openSocket('');
  const result = await sendAndReceive(socket, HANDSHAKE, /^\{\}/);
  socket.close();
  return result;
}

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

/** What fails in lesson 2. */
export const failures: readonly OutcomeGroup[] = [
  {
    heading: 'A proxy blocks WebSockets',
    outcomes: [
      {
        action: 'Connect through the proxy',
        expected: '`negotiate 200, websocket refused, negotiate 200, event stream 200`',
        why: 'The proxy answers the WebSocket with 403. The client negotiates again and takes the next transport. A user does not notice, and your code is not informed.',
        cure: 'Let the proxy pass upgrades, and watch which transport your users have. Or allow WebSockets only, so that the failure is visible.',
        attempt: () => connect('/lab/blocked', AUTOMATIC),
        tryCure: () => connect('/echo', AUTOMATIC),
      },
    ],
  },
  {
    heading: 'Client and server do not agree',
    outcomes: [
      {
        action: 'Skip negotiation with automatic transports',
        expected: '`Negotiation can only be skipped when using the WebSocket transport directly.`',
        why: 'Without negotiation, the client does not know which transports the server offers.',
        cure: 'Set `transport: HttpTransportType.WebSockets` too.',
        attempt: () => connect('/echo', AUTOMATIC, { skipNegotiation: true }),
        tryCure: () => connect('/echo', WebSockets, { skipNegotiation: true }),
      },
      {
        action: 'Use MessagePack over Server-Sent Events',
        expected: "`'ServerSentEvents' does not support Binary.`",
        why: 'MessagePack is binary. An event stream carries text only.',
        cure: 'Use another transport, or JSON.',
        attempt: () =>
          connect('/echo', ServerSentEvents, { protocol: new MessagePackHubProtocol() }),
        tryCure: () => connect('/echo', ServerSentEvents),
      },
      {
        action: 'Send a handshake without 0x1E',
        expected: '`After 15.0 s: {"error":"Handshake was canceled."} [1E] and close 1000.`',
        why: 'The byte 0x1E ends a message. Without it, the server waits for the rest, until the time limit of the handshake.',
        cure: 'End each message with 0x1E.',
        duration: HANDSHAKE_TIMEOUT,
        isExpected:
          /^After 1\d\.\d s: \{"error":"Handshake was canceled\."\} \[1E\] and close 1000\.$/,
        attempt: sendUnfinishedHandshake,
        tryCure: sendHandshake,
      },
    ],
  },
  {
    heading: 'The request has no valid token',
    note: 'remember the second one: it comes back in lesson 7',
    outcomes: [
      {
        action: 'GET /echo',
        expected: '`400 Connection ID required`',
        why: 'Only a WebSocket can open a connection without negotiation.',
        cure: 'Negotiate first, and send the token as `id`.',
        attempt: () => get('/echo'),
      },
      {
        action: 'GET /echo?id=wrong',
        expected: '`404 No Connection with that ID`',
        why: 'This server knows no connection with this token. Another server may know it.',
        cure: 'Send the request to the server that negotiated.',
        attempt: () => get('/echo?id=wrong'),
      },
    ],
  },
];
