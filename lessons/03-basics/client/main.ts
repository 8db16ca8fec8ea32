import './style.css';
import { showMessage, showState, typed } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';
import './failures.ts';

const builder = new HubConnectionBuilder().withUrl('/messages');
const connection = typed<MessageServer, MessageClient>(builder.build());

connection.on('ReceiveMessage', (message) => showMessage(message));
connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));

async function send(message: string): Promise<void> {
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

await connection.start();
showState('good', 'Connected');
