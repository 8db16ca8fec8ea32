import { fetchText, type OutcomeGroup, useConnection } from '@practical-signalr/lesson-kit/client';
import {
  type RefreshingHubConnection,
  withAuthenticationRefresh,
} from '@practical-signalr/server/client';
import { getToken, postWithToken, waitForExpiry } from './token.ts';
import { useToken, WEB_SOCKETS } from './use-token.ts';

/** Connects with a ticket instead of the token, then tries the same ticket again. */
async function connectWithTicket(): Promise<string> {
  let ticket = '';
  const accessTokenFactory = async (): Promise<string> => {
    ticket = await fetchText('/lab/ticket', postWithToken(await getToken()));
    return ticket;
  };
  return useConnection(
    '/lab/ticket/messages',
    async ({ connection }) => {
      const user = await connection.invoke<string>('WhoAmI');
      const second = new WebSocket(`/lab/ticket/messages?access_token=${ticket}`);
      const isAccepted = await new Promise<boolean>((resolve) => {
        second.addEventListener('open', () => resolve(true));
        second.addEventListener('error', () => resolve(false));
      });
      second.close();
      return `The client connects as ${user}. The same ticket is ${isAccepted ? 'accepted' : 'refused'} the second time.`;
    },
    // Negotiation would send the ticket in the header.
    { ...WEB_SOCKETS, skipNegotiation: true, accessTokenFactory },
  );
}

/** Lets the client replace its token, and waits for the expiry of the first one. */
function refreshToken(): Promise<string> {
  let refreshes = 0;
  return useToken(
    '/lab/closing/messages',
    async ({ connection, tokens }) => {
      const refreshing = connection as RefreshingHubConnection;
      refreshing.onAuthenticationRefreshed(() => {
        refreshes += 1;
      });
      await waitForExpiry(tokens[0]!);
      return `The client refreshes its token ${refreshes} time. After the expiry of the first token, the state is ${connection.state}.`;
    },
    { seconds: 4, configure: withAuthenticationRefresh },
  );
}

/** Techniques that the course does not need, but some apps do. */
export const optionalExperiments: readonly OutcomeGroup[] = [
  {
    heading: 'Two ways to keep a token out of URLs and connections alive',
    outcomes: [
      {
        action: 'Connect with a one-time ticket',
        expected: 'The client connects as alice. The same ticket is refused the second time.',
        why: 'The page exchanges its token for a ticket that opens one connection and expires after ten seconds. In a log it is useless.',
        cure: 'You cannot control who reads the logs.',
        attempt: connectWithTicket,
      },
      {
        action: 'Refresh the token while connected',
        expected:
          'The client refreshes its token 1 time. After the expiry of the first token, the state is Connected.',
        why: 'With `withAuthenticationRefresh`, the client sends a new token ahead of the expiry: a POST to the path of the hub and `/refresh`. The official client has this method from version 11.',
        cure: 'The server closes connections when their token expires.',
        attempt: refreshToken,
      },
    ],
  },
];
