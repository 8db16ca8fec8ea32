import { fetchText, onPress, showState } from '@practical-signalr/lesson-kit/client';
import { showResponses } from './show-responses.ts';

/** The claims of a token that the page uses. */
interface Claims {
  readonly exp: number;
  readonly iat: number;
}

/** Negotiates with the app, then with the service, and shows both responses and both tokens. */
export function addNegotiateByHand(): void {
  onPress('#negotiate', negotiateByHand, '#negotiated');
}

async function negotiateByHand(): Promise<void> {
  const token = await fetchText('/token?name=alice');
  const app = (await post('/messages/negotiate?negotiateVersion=1', token)) as {
    url: string;
    accessToken: string;
  };
  const serviceUrl = `${app.url.replace('/client/', '/client/negotiate')}&negotiateVersion=1`;
  const service = await post(serviceUrl, app.accessToken);
  const [first, second] = [claimsOf(token), claimsOf(app.accessToken)];
  const text = `Our token expires after ${first.exp - first.iat} s, the service's after ${second.exp - second.iat} s`;
  showState('good', text, '#negotiated');
  showResponses('#responses', {
    'app-response': {
      title: 'The app responds with the address of the service',
      value: { ...app, accessToken: '•••' },
    },
    'service-response': {
      title: 'The service responds as a hub does',
      value: { ...service, connectionToken: '•••' },
    },
    'app-token': { title: 'Our token, for the app', value: first },
    'service-token': { title: "The app's token, for the service", value: second },
  });
}

async function post(url: string, token: string): Promise<object> {
  const headers = { authorization: `Bearer ${token}` };
  return JSON.parse(await fetchText(url, { method: 'POST', headers })) as object;
}

/** Returns the claims of a token. Tokens are signed, not encrypted. */
const claimsOf = (token: string): Claims =>
  JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))) as Claims;
