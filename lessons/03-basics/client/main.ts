import './style.css';
import { showMessage, showState, typed } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';
import './failures.ts';

const connection = typed<MessageServer, MessageClient>(new HubConnectionBuilder().withUrl('/messages').build());

connection.on('ReceiveMessage', (message) => showMessage(message));
connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));

const form = document.querySelector<HTMLFormElement>('#form')!;
const field = document.querySelector<HTMLTextAreaElement>('#message')!;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  await connection.invoke('SendMessageToAll', field.value);
  field.value = '';
  field.focus();
});

await connection.start();
showState('good', 'Connected');
