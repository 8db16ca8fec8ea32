import { errorMessage, startAndShowResult } from '@practical-signalr/lesson-kit/client';
import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { HUBS, TOKENS, TRANSPORTS } from './choices.ts';

/** Connects with the hub, the transport and the token of a form, and sends a message to itself. */
export function prepareChoice(): void {
  const form = document.querySelector<HTMLFormElement>('#choice')!;
  const result = document.querySelector('#result')!;
  const received = document.querySelector('#received')!;
  const choices = { hub: HUBS, transport: Object.keys(TRANSPORTS), token: Object.keys(TOKENS) };
  for (const [name, values] of Object.entries(choices)) {
    const select = form.querySelector<HTMLSelectElement>(`[name=${name}]`)!;
    select.append(...values.map((value) => new Option(value)));
  }
  let connection: HubConnection | undefined;
  let isConnecting = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isConnecting) return;
    isConnecting = true;
    try {
      await connection?.stop();
      connection = buildChosen(new FormData(form));
      connection.on('ReceiveMessage', (message: string) => {
        received.textContent = `Received: ${message}`;
      });
      received.textContent = '';
      const [kind] = await startAndShowResult(connection, result);
      if (kind !== 'bad') await connection.invoke('SendMessageToCaller', 'a message to myself');
    } catch (error) {
      received.textContent = errorMessage(error);
    } finally {
      isConnecting = false;
    }
  });
}

/** Builds the connection that the form describes. */
function buildChosen(chosen: FormData): HubConnection {
  const valueOf = (name: string): string => chosen.get(name) as string;
  return new HubConnectionBuilder()
    .withUrl(`/lab/${valueOf('hub')}/messages`, {
      ...TRANSPORTS[valueOf('transport')],
      accessTokenFactory: () =>
        TOKENS[valueOf('token')]!(Number(valueOf('seconds')), valueOf('name')),
    })
    .configureLogging(LogLevel.None)
    .build();
}
