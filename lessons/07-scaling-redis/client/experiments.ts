import { showState, type TypedConnection } from '@practical-signalr/lesson-kit/client';
import type { MessageClient, MessageServer } from '../contract.ts';
import { change } from './stage.ts';
import { getToken, withToken } from './token.ts';

/** The buttons beside the chat. */
export function addExperiments(connection: TypedConnection<MessageServer, MessageClient>): void {
  document.querySelector('#announce')!.addEventListener('click', async () => {
    await change({ move: { client: 'announcer', to: 0 } });
    const body = new URLSearchParams({ message: 'An announcement' });
    const options: RequestInit = { ...withToken(await getToken('60')), body, redirect: 'manual' };
    await fetch('/announcement?client=announcer', options);
    showState('good', 'Instance 1 has sent it, without a hub call', '#sent');
  });

  document.querySelector('#who')!.addEventListener('click', async () => {
    try {
      const members = await connection.invoke('WhoIsIn', 'PrivateGroup');
      showState('good', `In the group: ${members.join(', ') || 'nobody'}`, '#joined');
    } catch (error) {
      showState('bad', (error as Error).message, '#joined');
    }
  });
}
