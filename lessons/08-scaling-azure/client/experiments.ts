import { showState, type TypedConnection } from '@practical-signalr/lesson-kit/client';
import type { MessageClient, MessageServer } from '../contract.ts';
import { change } from './stage.ts';
import { getToken, withToken } from './token.ts';

/** What a negotiation answers: at the app where to go, at the service which connection it is. */
interface Negotiated {
  url: string;
  accessToken: string;
}

/** The buttons beside the chat. */
export function addExperiments(connection: TypedConnection<MessageServer, MessageClient>): void {
  document.querySelector('#announce')!.addEventListener('click', async () => {
    const body = new URLSearchParams({ message: 'An announcement' });
    const options: RequestInit = { ...withToken(await getToken('60')), body, redirect: 'manual' };
    await fetch('/announcement', options);
    showState('good', 'An app server has sent it, without a hub call', '#sent');
  });

  document.querySelector('#negotiate')!.addEventListener('click', async () => {
    const ours = await getToken('60');
    const app = (await (
      await fetch('/fixed/messages/negotiate?negotiateVersion=1', withToken(ours))
    ).json()) as Negotiated;
    const there = app.url.replace('/client/', '/client/negotiate') + '&negotiateVersion=1';
    const service: object = await (await fetch(there, withToken(app.accessToken))).json();
    show('#app-answer', { ...app, accessToken: '•••' });
    show('#service-answer', { ...service, connectionToken: '•••' });
    show('#app-token', claimsOf(ours));
    show('#service-token', claimsOf(app.accessToken));
  });

  document.querySelector('#kill')!.addEventListener('click', async () => {
    const instance = await connection.invoke('WhereAmI');
    await change({ kill: instance });
  });
  document.querySelector('#start')!.addEventListener('click', () => change({ start: true }));
}

/** The middle of a token: signed, not secret. */
const claimsOf = (token: string): unknown =>
  JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')));

function show(place: string, value: unknown): void {
  document.querySelector(place)!.textContent = JSON.stringify(value, undefined, 2);
}
