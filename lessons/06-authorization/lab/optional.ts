import { fetchText, type OutcomeGroup, useConnection } from '@practical-signalr/lesson-kit/client';
import {
  DefaultHttpClient,
  type HttpRequest,
  type HttpResponse,
  NullLogger,
} from '@microsoft/signalr';
import { getToken, postWithToken, waitForExpiry } from './token.ts';
import { useToken, WEB_SOCKETS } from './use-token.ts';

/** Keeps the connection token of the negotiate response, which the client does not tell. */
class RemembersConnectionToken extends DefaultHttpClient {
  connectionToken = '';

  override async send(request: HttpRequest): Promise<HttpResponse> {
    const response = await super.send(request);
    if (request.url?.includes('/negotiate') && typeof response.content === 'string') {
      const { connectionToken } = JSON.parse(response.content) as { connectionToken: string };
      this.connectionToken = connectionToken;
    }
    return response;
  }
}

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

/** Replaces the token of an open connection, and waits for the expiry of the first one. */
function refreshToken(): Promise<string> {
  const httpClient = new RemembersConnectionToken(NullLogger.instance);
  return useToken(
    '/lab/closing/messages',
    async ({ connection, tokens }) => {
      const path = `/lab/closing/messages/refresh?id=${httpClient.connectionToken}`;
      const answer = await fetchText(path, postWithToken(await getToken()));
      await waitForExpiry(tokens[0]!);
      return `The server answers ${answer}. After the expiry of the first token, the state is ${connection.state}.`;
    },
    { seconds: 4, httpClient },
  );
}

/** What section 6 does not need, and some apps do. */
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
        expected: 'After the expiry of the first token, the state is Connected.',
        why: 'A POST to the path of the hub and `/refresh` replaces the token. ASP.NET Core plans this for version 11. The client has no method for it yet, so the page uses `fetch`.',
        cure: 'The server closes connections when their token expires.',
        attempt: refreshToken,
      },
    ],
  },
];
