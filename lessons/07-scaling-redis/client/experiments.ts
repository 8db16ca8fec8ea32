import { showState } from '@practical-signalr/lesson-kit/client';
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

  document.querySelector('#who')!.addEventListener('click', async () => {
    const answer = await fetch('/online/PrivateGroup');
    showState(answer.ok ? 'good' : 'bad', await answer.text(), '#joined');
  });
}
