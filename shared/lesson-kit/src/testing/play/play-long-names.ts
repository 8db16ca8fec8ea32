import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

/**
 * Calls the hub of lesson 4, 5 or 6 with a group, a user id and a message of 1,000 characters.
 * Returns what a member of the group receives.
 * @param token the access token of the caller, if the hub requires one.
 */
export async function playLongNames(url: string, token = ''): Promise<unknown> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/messages`, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.None)
    .build();
  const received = new Promise((resolve) => connection.on('ReceiveMessage', resolve));
  connection.on('UserConnected', () => undefined);
  await connection.start();
  const long = 'n'.repeat(1000);
  await connection.invoke('SendMessageToUser', long, 'to nobody');
  await connection.invoke('JoinGroup', long);
  await connection.invoke('SendMessageToGroup', long, long);
  const message = await received;
  await connection.stop();
  return message;
}
