import './style.css';
import {
  breakConnections,
  showMessage,
  showState,
  startAndShowResult,
  typed,
} from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';
import { chosen, tokens, transports } from './choice.ts';
import './matrix.ts';
import './failures.ts';
import './extras.ts';

const url = `/${chosen('hub')}/messages`;
const options = {
  ...transports[chosen('transport')],
  accessTokenFactory: tokens[chosen('token')]!,
};
const builder = new HubConnectionBuilder().withUrl(url, options);
builder.withAutomaticReconnect().configureLogging(LogLevel.Warning); // at Information the console shows the token
const connection = typed<MessageServer, MessageClient>(builder.build());

connection.on('ReceiveMessage', (message) => showMessage(message));
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
  showState('good', 'Connected again, with a new id');
  if (document.querySelector<HTMLInputElement>('#rejoin')!.checked) await join();
});

async function join(): Promise<void> {
  await connection.invoke('JoinGroup', 'PrivateGroup');
  showState('good', `${connection.connectionId} is in the Private Group`, '#joined');
}

async function send(message: string): Promise<void> {
  if (target.value === '') throw new Error('Choose whom to send to.');
  if (target.value === 'Myself') return connection.invoke('SendMessageToCaller', message);
  if (target.value === 'PrivateGroup')
    return connection.invoke('SendMessageToGroup', 'PrivateGroup', message);
  if (target.value !== 'Everyone')
    return connection.invoke('SendMessageToUser', target.value, message);
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
document.querySelector('#drop')!.addEventListener('click', () => breakConnections(url));

showState(...(await startAndShowResult(connection, document.querySelector('#result')!)));
