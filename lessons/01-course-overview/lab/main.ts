import '@practical-signalr/lesson-kit/style.css';
import { explainOutcomes } from '@practical-signalr/lesson-kit/client';
import { breakConnection, breakReconnectingConnection } from './break-connection.ts';
import { compareTraffic, openTenConnections } from './compare-traffic.ts';

explainOutcomes('#failures', [
  {
    heading: 'The connection is lost',
    outcomes: [
      {
        action: 'Break the connection',
        expected: 'The connection is Disconnected and stays so.',
        why: 'The network fails, and neither side closes the connection. By default, a SignalR client does not reconnect. The course never turns it on.',
        cure: 'Call `.withAutomaticReconnect()` before `.build()`. The client tries again after 0, 2, 10 and 30 s, and then calls `onclose`.',
        attempt: breakConnection,
        tryCure: breakReconnectingConnection,
      },
    ],
  },
]);

explainOutcomes(
  '#experiments',
  [
    {
      heading: 'Nothing changes',
      outcomes: [
        {
          action: 'Poll every 100 ms for 3 s',
          expected: 'polling needs many requests, pushing needs none.',
          why: 'With this interval, polling is nearly as fast as pushing. Each response repeats what the page already knows. Its headers cost a few hundred bytes more.',
          cure: 'Compare an interval of 2 s: 1,800 requests in an hour. A SignalR connection sends a ping every 15 s: 240 in an hour.',
          duration: 3,
          isExpected: /^\d{2,} requests with \d{4,} bytes\. Over the connection: 0 frames\.$/,
          attempt: compareTraffic,
        },
      ],
    },
    {
      heading: 'Many tabs are open',
      outcomes: [
        {
          action: 'Open ten connections',
          expected: 'the server counts ten viewers more.',
          why: 'A pushed page costs the server one open connection. A polling page costs it requests: ten tabs send five requests per second.',
          cure: 'Open the lesson in ten tabs, and watch the number of viewers.',
          isExpected:
            /^The server counts \d{2,} viewers, and has answered \d+ requests of all pages\.$/,
          attempt: openTenConnections,
        },
      ],
    },
  ],
  ['Try it', 'What happens', 'Why', 'Then try'],
);
