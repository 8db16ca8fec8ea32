import { showState } from '@practical-signalr/lesson-kit/client';
import { showResponses } from './show-responses.ts';
import { change } from './control-panel.ts';
import { getToken, withToken } from './token.ts';

/** The buttons beside the chat. */
export function addExperiments(): void {
  document.querySelector('#announce')!.addEventListener('click', async () => {
    await change({ move: { client: 'announcer', to: 'instance 1' } });
    const body = new URLSearchParams({ message: 'An announcement' });
    const options: RequestInit = { ...withToken(await getToken('60')), body, redirect: 'manual' };
    const { type } = await fetch('/announcement?client=announcer', options);
    if (type !== 'opaqueredirect')
      return showState('bad', 'No server has taken the announcement.', '#sent');
    showState('good', 'Announced, without a hub call', '#sent');
  });

  document.querySelector('#negotiate')!.addEventListener('click', async () => {
    const ours = await getToken('60');
    const asked = await fetch('/fixed/messages/negotiate?negotiateVersion=1', withToken(ours));
    if (!asked.ok) return showState('bad', `${asked.status}: ${await asked.text()}`, '#negotiated');
    const app = (await asked.json()) as { url: string; accessToken: string };
    const there = app.url.replace('/client/', '/client/negotiate') + '&negotiateVersion=1';
    const service: object = await (await fetch(there, withToken(app.accessToken))).json();
    const [first, second] = [claimsOf(ours), claimsOf(app.accessToken)];
    const told = `Ours ends after ${first.exp - first.iat} s, the service's after ${second.exp - second.iat} s`;
    showState('good', told, '#negotiated');
    showResponses('#answers', {
      'app-answer': { title: 'The app answers where to go', value: { ...app, accessToken: '•••' } },
      'service-answer': {
        title: 'The service answers as a hub does',
        value: { ...service, connectionToken: '•••' },
      },
      'app-token': { title: 'Our token, for the app', value: first },
      'service-token': { title: "The app's token, for the service", value: second },
    });
  });
}

/** The middle of a token: signed, not secret. */
const claimsOf = (token: string) =>
  JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))) as {
    exp: number;
    iat: number;
  };
