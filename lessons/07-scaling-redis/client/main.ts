import './style.css';
import { breakConnections, showMessage, showState, typed } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';
import './failures.ts';
import { change, client } from './stage.ts';
import { getToken } from './token.ts';

const url = `/fixed/messages?client=${client}`;
const builder = new HubConnectionBuilder().withUrl(url, { accessTokenFactory: () => getToken('60') });
builder.withAutomaticReconnect().configureLogging(LogLevel.Warning); // at Information the console shows the token
const connection = typed<MessageServer, MessageClient>(builder.build());

let here = '';
connection.on('ReceiveMessage', (message, sentBy) => {
  showMessage(message, '#messages', `sent by ${sentBy}, delivered by ${here}`);
});
connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));

const target = document.querySelector<HTMLSelectElement>('#target')!;
connection.on('UserConnected', (connectionId) => {
  const me = connectionId === connection.connectionId ? ' (this page)' : '';
  target.add(new Option(connectionId + me, connectionId));
});
connection.on('UserDisconnected', (connectionId) => {
  for (const option of target.options) if (option.value === connectionId) option.remove();
});
connection.onreconnecting(() => {
  showState('warn', 'Reconnecting');
  target.length = 3; // who comes and goes meanwhile is not heard of
});
connection.onreconnected(async () => {
  await tellWhere('Connected again, with a new id,');
  if (document.querySelector<HTMLInputElement>('#rejoin')!.checked) await join();
});

async function join(): Promise<void> {
  await connection.invoke('JoinGroup', 'PrivateGroup');
  showState('good', `${connection.connectionId} is in the Private Group`, '#joined');
}

async function send(message: string): Promise<void> {
  if (target.value === '') throw new Error('Choose whom to send to.');
  if (target.value === 'Myself') return connection.invoke('SendMessageToCaller', message);
  if (target.value === 'PrivateGroup') return connection.invoke('SendMessageToGroup', 'PrivateGroup', message);
  if (target.value !== 'Everyone') return connection.invoke('SendMessageToUser', target.value, message);
  await connection.invoke('SendMessageToAll', message);
}

const form = document.querySelector<HTMLFormElement>('#form')!;
const field = document.querySelector<HTMLTextAreaElement>('#message')!;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  field.focus();
  try {
    await send(field.value);
    showState('good', 'The hub method has finished', '#sent');
    field.value = '';
  } catch (error) {
    showState('bad', (error as Error).message, '#sent');
  }
});

document.querySelector('#join')!.addEventListener('click', join);
document.querySelector('#drop')!.addEventListener('click', () => breakConnections('/fixed/messages'));

document.querySelector('#announce')!.addEventListener('click', async () => {
  const headers = { authorization: `Bearer ${await getToken('60')}` };
  await change({ move: { client: 'announcer', to: 0 } });
  const body = new URLSearchParams({ message: 'Announced at instance 1' });
  await fetch('/announcement?client=announcer', { method: 'POST', headers, body, redirect: 'manual' });
  showState('good', 'Instance 1 has sent it, without a hub call', '#sent');
});
document.querySelector('#who')!.addEventListener('click', async () => {
  try {
    const members = await connection.invoke('WhoIsIn', 'PrivateGroup');
    showState('good', members.length > 0 ? members.join(', ') : 'Nobody is in the Private Group', '#joined');
  } catch (error) {
    showState('bad', (error as Error).message, '#joined');
  }
});
document.querySelector<HTMLSelectElement>('#place')!.addEventListener('change', async ({ target: chosen }) => {
  await change({ move: { client, to: (chosen as HTMLSelectElement).selectedIndex } });
  await connection.stop();
  await start();
});

async function tellWhere(how: string): Promise<void> {
  here = await connection.invoke('WhereAmI');
  document.body.dataset['instance'] = here;
  showState('good', `${how} as ${await connection.invoke('WhoAmI')} on ${here}`);
  await change();
}

async function start(): Promise<void> {
  try {
    await connection.start();
    await tellWhere('Connected');
  } catch (error) {
    showState('bad', (error as Error).message);
  }
}
await start();
