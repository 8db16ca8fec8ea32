import { presence } from '@practical-signalr/redis';
import type { RequestHandler } from 'express';
import { url } from './environment.ts';

/** Who is online, over all servers: an addition, off unless asked for, since it keeps keys in Redis. */
export const online = url && process.env['PRESENCE'] ? presence({ url }) : undefined;

/** `GET /online/PrivateGroup`. SignalR itself cannot say: a group is a name that messages are sent to, not a list. */
export const whoIsIn: RequestHandler<{ group: string }> = async ({ params }, response) => {
  response.type('text'); // names are the users' own, and may look like HTML
  if (!online) return void response.send('SignalR cannot say. Presence is off.');
  const members = await online.of('MessageHub').members(params.group);
  const told = members.map(
    ({ userIdentifier, serverName }) => `${userIdentifier} on ${serverName}`,
  );
  response.send(`In the group: ${told.join(', ') || 'nobody'}`);
};
