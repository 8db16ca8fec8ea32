import type { ServedHub, ServerInternals } from '../../hosting/internals/server-internals.ts';
import { logMessages, quote } from '../../log-messages.ts';

/** The result of a command: the status and the body of the response. */
export interface CommandResult {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number>>;
}

type Body = Readonly<Record<string, unknown>>;

const targets = ['all', 'group', 'user', 'connection'] as const;
type Target = (typeof targets)[number];

/** The maximum length of a name in a command, in characters. */
const MAXIMUM_NAME = 1000;

const OTHERS_NOT_REACHED =
  'This server has disconnected its clients. Other Node servers did not confirm it. The log has the cause.';

/** Sends a message to clients of a hub, on all servers that the scale-out reaches. */
export async function sendMessage(server: ServerInternals, body: Body): Promise<CommandResult> {
  const { method, args } = body;
  const hub = findHub(server, body);
  const target = targets.find((name) => name === body['target']);
  if (hub === undefined) return refuse('The hub does not exist.');
  if (target === undefined) return refuse('Select whom to send to.');
  const nameProblem = target === 'all' ? undefined : checkName(target, body['name']);
  if (nameProblem !== undefined) return refuse(nameProblem);
  if (typeof method !== 'string' || method === '') return refuse('Enter the method of the client.');
  const methodProblem = checkLength('The method of the client', method);
  if (methodProblem !== undefined) return refuse(methodProblem);
  if (!Array.isArray(args)) return refuse('The arguments must be a JSON array.');
  const name = target === 'all' ? '' : String(body['name']);
  server.logger.info(logMessages.adminSent(hub.name, quote(method), target, quote(name)));
  try {
    await send(hub, target, name, method, args);
  } catch (error) {
    server.logger.error(logMessages.adminSendFailed(hub.name), error);
    return { status: 502, body: { error: 'The message was not sent. The log has the cause.' } };
  }
  return { status: 200, body: { sent: 1 } };
}

/**
 * Disconnects a client, or all clients of a user. Reaches those of other servers if the scale-out
 * can close their connections. The result counts the connections of this server.
 */
export async function disconnect(server: ServerInternals, body: Body): Promise<CommandResult> {
  const { target } = body;
  const hub = findHub(server, body);
  if (hub === undefined) return refuse('The hub does not exist.');
  if (target !== 'user' && target !== 'connection') return refuse('Select whom to disconnect.');
  const isUser = target === 'user';
  const nameProblem = checkName(target, body['name']);
  if (nameProblem !== undefined) return refuse(nameProblem);
  const name = String(body['name']);
  let disconnected = 0;
  for (const path of hub.paths) {
    for (const [context, { client }] of path.live) {
      if (client === undefined) continue;
      if ((isUser ? client.userIdentifier : context.connectionId) !== name) continue;
      client.abort();
      disconnected++;
    }
  }
  server.logger.info(logMessages.adminDisconnected(disconnected, hub.name, target, quote(name)));
  const { closer } = hub.lifetime;
  if (closer === undefined) return { status: 200, body: { disconnected, scope: 'server' } };
  try {
    await (isUser ? closer.closeUser(name) : closer.closeConnection(name));
  } catch (error) {
    server.logger.error(logMessages.adminDisconnectFailed(hub.name), error);
    return { status: 502, body: { disconnected, error: OTHERS_NOT_REACHED } };
  }
  return { status: 200, body: { disconnected, scope: 'all Node servers' } };
}

function send(
  { lifetime }: ServedHub,
  target: Target,
  name: string,
  method: string,
  args: readonly unknown[],
): Promise<void> {
  switch (target) {
    case 'all':
      return lifetime.sendAll(method, args);
    case 'group':
      return lifetime.sendGroup(name, method, args);
    case 'user':
      return lifetime.sendUser(name, method, args);
    default:
      return lifetime.sendConnection(name, method, args);
  }
}

const findHub = (server: ServerInternals, { hub }: Body): ServedHub | undefined =>
  server.hubs().find(({ name }) => name === hub);

/** Returns why a target cannot have this name. Only the id of a user may be empty. */
function checkName(target: Exclude<Target, 'all'>, name: unknown): string | undefined {
  const subject = `The ${target === 'group' ? 'name' : 'id'} of the ${target}`;
  if (typeof name !== 'string' || (name === '' && target !== 'user'))
    return `${subject} is missing.`;
  return checkLength(subject, name);
}

const checkLength = (subject: string, { length }: string): string | undefined =>
  length <= MAXIMUM_NAME
    ? undefined
    : `${subject} has ${length} characters. The maximum is ${MAXIMUM_NAME}.`;

const refuse = (error: string): CommandResult => ({ status: 400, body: { error } });
