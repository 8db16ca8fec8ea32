import {
  showDifference,
  showState,
  startAndShowResult,
  typed,
} from '@practical-signalr/lesson-kit/client';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { MessageClient, MessageServer } from '../contract.ts';
import broken from '../server/auth-broken.ts?raw';
import fixed from '../server/auth-fixed.ts?raw';
import { hubs, tokens, transports } from './choice.ts';

showDifference(broken, fixed, '#difference');

/** One connection with one token. */
async function attempt(
  hub: string,
  transport: string,
  token: string,
  cell: HTMLElement,
): Promise<void> {
  const options = { ...transports[transport], accessTokenFactory: tokens[token]! };
  const builder = new HubConnectionBuilder()
    .withUrl(`/${hub}/messages`, options)
    .configureLogging(LogLevel.None);
  const connection = typed<MessageServer, MessageClient>(builder.build());
  await startAndShowResult(connection, cell);
  await connection.stop();
}

const run = document.querySelector<HTMLButtonElement>('#run')!;
run.addEventListener('click', async () => {
  run.disabled = true;
  const body = document.querySelector<HTMLTableSectionElement>('#matrix')!;
  body.replaceChildren();
  for (const token of Object.keys(tokens)) {
    for (const transport of Object.keys(transports)) {
      const row = body.insertRow();
      const name = `${transport}, ${token} token`;
      row.append(Object.assign(document.createElement('th'), { scope: 'row', textContent: name }));
      showState('warn', `${row.rowIndex} of 20: ${name}`, '#progress');
      for (const hub of hubs) await attempt(hub, transport, token, row.insertCell());
    }
  }
  showState('good', 'Done: 60 connections', '#progress');
  run.disabled = false;
});
