import { afterEndOf, sockets, tryConnection } from './try-connection.ts';
import { getToken, withToken } from './token.ts';

const getTicket = async (): Promise<string> =>
  (await fetch('/ticket', withToken(await getToken('60')))).text();
const tickets: string[] = [];
const once = {
  ...sockets,
  skipNegotiation: true, // negotiation would send the ticket in the header
  accessTokenFactory: async () => tickets[tickets.push(await getTicket()) - 1]!,
};

tryConnection('one-time ticket', '/ticket/messages', once, '60', async ({ connection }) => {
  const user = await connection.invoke<string>('WhoAmI');
  const again = new WebSocket(`/ticket/messages?access_token=${tickets.at(-1)}`);
  const opens = await new Promise<boolean>((resolve) => {
    again.addEventListener('open', () => resolve(true));
    again.addEventListener('error', () => resolve(false));
  });
  again.close();
  return `Connected as ${user}. The same ticket again: ${opens ? 'it opens' : 'refused'}.`;
});
tryConnection(
  'refresh while connected',
  '/closing/messages',
  sockets,
  '4',
  async ({ connection, log, tokens }) => {
    const [, id] = /[?&]id=([^&]+)/.exec(log.join('\n'))!; // the secret id of the connection
    const fresh = await getToken('60');
    const answer = await fetch(`/closing/messages/refresh?id=${id}`, withToken(fresh));
    await afterEndOf(tokens.at(-1)!);
    return `Refresh: ${answer.status} ${await answer.text()}. A second after the end of the first token: ${connection.state}.`;
  },
);
