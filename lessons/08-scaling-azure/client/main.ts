import './style.css';
import { connectAndShowInstances, fetchText } from '@practical-signalr/lesson-kit/client';
import { onPress, onSend, showMessage } from '@practical-signalr/lesson-kit/client';
import { showState, typed, Walkthrough } from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';

const options = { accessTokenFactory: () => fetchText('/token?name=alice') };
const builder = new HubConnectionBuilder().withUrl('/messages', options);
builder.configureLogging(LogLevel.Warning); // At level Information, the console shows the token.
builder.withAutomaticReconnect();
if (location.search === '?stateful') builder.withStatefulReconnect();
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
function forgetConnection(): void {
  target.length = 3; // Keep the fixed receivers. Others may disconnect while this page is offline.
  showState('warn', 'In no group: each new connection has to join', '#joined');
}
connection.onclose(forgetConnection);
connection.onreconnecting(forgetConnection);
connection.onreconnecting(() => showState('warn', 'Reconnecting'));
connection.onreconnected(() => showState('good', 'Connected again, with a new id'));

async function join(): Promise<void> {
  await connection.invoke('JoinGroup', 'PrivateGroup');
  showState('good', `${connection.connectionId} is in the Private Group`, '#joined');
}

async function send(message: string): Promise<void> {
  const to = target.value;
  if (to === '') throw new Error('Choose a receiver.');
  if (to === 'Everyone') await connection.invoke('SendMessageToAll', message);
  else if (to === 'Myself') await connection.invoke('SendMessageToCaller', message);
  else if (to === 'PrivateGroup') await connection.invoke('SendMessageToGroup', to, message);
  else await connection.invoke('SendMessageToUser', to, message);
}

onPress('#join', join, '#joined');
onSend('#form', send);
const walk = new Walkthrough('.walk', connection);
await connectAndShowInstances(connection, walk);
