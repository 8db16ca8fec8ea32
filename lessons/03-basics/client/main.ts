import './style.css';
import { onSend, showMessage } from '@practical-signalr/lesson-kit/client';
import { showState, typed, Walkthrough } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';

const builder = new HubConnectionBuilder().withUrl('/messages');
const connection = typed<MessageServer, MessageClient>(builder.build());

connection.on('ReceiveMessage', (message) => showMessage(message));
connection.onclose(() => showState('bad', 'Disconnected. Reload the page.'));

async function send(message: string): Promise<void> {
  await connection.invoke('SendMessageToAll', message);
}

onSend('#form', send);
new Walkthrough('.walk', connection);

await connection.start();
showState('good', 'Connected');
