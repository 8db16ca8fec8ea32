import type { OutcomeGroup } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { AUTOMATIC, connect } from './connect.ts';

const { WebSockets } = HttpTransportType;

/** What succeeds, and what it teaches. */
export const experiments: readonly OutcomeGroup[] = [
  {
    heading: 'The server offers fewer transports',
    outcomes: [
      {
        action: 'Connect automatically without WebSockets',
        expected: '`negotiate 200, event stream 200`',
        why: 'Negotiation lists the transports that the server offers. The client tries no other one, so one negotiation is enough.',
        cure: 'Start the lesson with `npm run lesson 2 -- --transports sse,lp`, and look at the column Automatic.',
        attempt: () => connect('/lab/without-web-sockets', AUTOMATIC),
      },
      {
        action: 'Connect automatically with Long Polling only',
        expected: '`negotiate 200, poll 200`',
        why: 'The server offers nothing else.',
        cure: 'Start the lesson with `npm run lesson 2 -- --transports lp`.',
        attempt: () => connect('/lab/long-polling', AUTOMATIC),
      },
    ],
  },
  {
    heading: 'The protocol is MessagePack',
    outcomes: [
      {
        action: 'Use JSON over WebSockets',
        expected: '`The answer of Echo has 47 bytes.`',
        why: 'JSON is text that you can read. That matters while you learn.',
        cure: 'Compare with the row below.',
        attempt: () => connect('/echo', WebSockets),
      },
      {
        action: 'Use MessagePack over WebSockets',
        expected: '`The answer of Echo has 13 bytes.`',
        why: 'MessagePack is a binary form of the same message.',
        cure: 'Use it when traffic counts. The server offers both, and the client chooses in the handshake.',
        attempt: () => connect('/echo', WebSockets, { protocol: new MessagePackHubProtocol() }),
      },
    ],
  },
];
