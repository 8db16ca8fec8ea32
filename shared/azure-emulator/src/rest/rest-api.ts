import { json, type RequestHandler, Router } from 'express';
import { MessageType } from '@practical-signalr/protocol';
import { hubProtocols } from '../clients/close-record.ts';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import { hubName } from '../hub-name.ts';
import type { ServiceHub } from '../service-hub.ts';
import { verifiedClaims } from '../token-check.ts';

/** The largest message, in bytes. Source: the service's limits. */
const MAXIMUM_BODY = 1024 * 1024;

/** One request to a hub whose token is good. */
interface RestCall {
  readonly hub: ServiceHub;
  /** What the path names: a group, a user, a connection, in its order. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}
/** What is answered: a status, or a status with the service's name of the error and a sentence. */
type Answer = number | readonly [status: number, code: string, text: string];

const noConnection: Answer = [404, 'Error.Connection.NotExisted', errorTexts.noSuchConnection];
/** What is looked for: the names of its absence, which the .NET management SDK compares. */
const absent = {
  connection: [404, 'Warning.Connection.NotExisted', errorTexts.noSuchConnection],
  user: [404, 'Warning.User.NotExisted', errorTexts.noSuchUser],
  group: [404, 'Warning.Group.NotExisted', errorTexts.noSuchGroup],
  membership: [404, 'Info.User.NotInGroup', errorTexts.userNotInGroup],
} as const;
const found = (isFound: boolean, what: keyof typeof absent): Answer => (isFound ? 200 : absent[what]);
const isInGroup = ({ hub, names: [user = '', group = ''] }: RestCall): Answer =>
  found(hub.isUserIn(user, group), 'membership');

/** By method and path; a star stands for a name. Source: data-plane REST API of Azure SignalR Service, version 2022-06-01. */
const calls: Readonly<Record<string, (call: RestCall) => Answer>> = {
  'POST :send': (call) => send(call, call.hub.clients.values()),
  'POST connections/*/:send': (call) => send(call, clientsOf(call.hub, call.names[0])),
  'POST groups/*/:send': (call) => send(call, call.hub.membersOf(call.names[0] ?? '')),
  'POST users/*/:send': (call) => send(call, call.hub.ofUser(call.names[0] ?? '')),
  'POST :closeConnections': (call) => close(call, call.hub.clients.values()),
  'POST groups/*/:closeConnections': (call) => close(call, call.hub.membersOf(call.names[0] ?? '')),
  'POST users/*/:closeConnections': (call) => close(call, call.hub.ofUser(call.names[0] ?? '')),
  'DELETE connections/*': (call) => (close(call, clientsOf(call.hub, call.names[0])), 200),
  'HEAD connections/*': ({ hub, names: [id = ''] }) => found(hub.clients.has(id), 'connection'),
  'HEAD users/*': ({ hub, names: [user = ''] }) => found(hub.users.has(user), 'user'),
  'HEAD groups/*': ({ hub, names: [group = ''] }) => found(hub.groups.has(group), 'group'),
  'PUT groups/*/connections/*': ({ hub, names: [group = '', id = ''] }) => (hub.join(id, group) ? 200 : noConnection),
  'DELETE groups/*/connections/*': ({ hub, names: [group = '', id = ''] }) => (hub.leave(id, group), 200),
  'DELETE connections/*/groups': ({ hub, names: [id = ''] }) => (hub.leaveAll(id), 200),
  'PUT users/*/groups/*': ({ hub, names: [user = '', group = ''], query }) => {
    const ttl = query.get('ttl') === null ? undefined : Number(query.get('ttl'));
    if (ttl !== undefined && !(ttl >= 0)) return [400, 'Error.Ttl', errorTexts.badTtl];
    hub.userJoins(user, group, ttl);
    return 200;
  },
  'DELETE users/*/groups/*': ({ hub, names: [user = '', group = ''] }) => (hub.userLeaves(user, group), 204),
  'DELETE users/*/groups': ({ hub, names: [user = ''] }) => (hub.userLeaves(user, null), 204),
  'HEAD users/*/groups/*': isInGroup,
  'GET users/*/groups/*': isInGroup, // the .NET management SDK
};

const readBody = json({ limit: MAXIMUM_BODY });

/** The REST API below `/api/hubs`: for apps without server connections. Tokens must be made for the very path. */
export function restApi(service: EmulatedService): RequestHandler {
  return Router().use((request, response, next) => {
    const { pathname, searchParams: query } = new URL(request.originalUrl, 'http://localhost');
    const answer = (result: Answer): void => {
      if (typeof result === 'number') return void response.status(result).end();
      const [status, code, message] = result;
      response.status(status).set('x-ms-error-code', code);
      response.json({ code, message, target: null, details: [], inner: null });
    };
    const path = decoded(pathname.split('/').slice(3));
    if (path === undefined) return answer([400, 'Error.Path', errorTexts.badPath]);
    const [given = '', ...parts] = path;
    const shape = parts.map((part, i) => (i % 2 === 0 ? part : '*')).join('/');
    const call = calls[`${request.method} ${shape}`];
    if (call === undefined) return next();
    const isFor = (audience: URL): boolean => audience.pathname.toLowerCase() === pathname.toLowerCase();
    if (verifiedClaims(request, query, service.options.accessKey, isFor) === undefined) {
      service.log(errorTexts.refused(`${request.method} ${pathname}`, 401, errorTexts.unauthorized));
      return answer([401, 'Error.Unauthorized', errorTexts.unauthorized]);
    }
    if (query.get('api-version') === null) return answer([400, 'Error.ApiVersion', errorTexts.badApiVersion]);
    const name = hubName(given, query.get('application'));
    if (name === undefined) return answer([400, 'Error.Hub', errorTexts.hubMissing]);
    const names = parts.filter((_part, i) => i % 2 === 1);
    const group = parts[parts.indexOf('groups') + 1];
    if (shape.includes('groups/*') && !isGroup(group)) return answer([400, 'Error.Group', errorTexts.badGroup]);
    readBody(request, response, (error?: unknown) => {
      if (error !== undefined) return answer(unreadable(error));
      const hub = service.hub(name);
      answer(call({ hub, names, query, body: request.body as unknown }));
      service.sweepHub(hub);
    });
  });
}

/** What is no JSON, or too much of it. */
const unreadable = (error: unknown): Answer =>
  (error as { status?: number }).status === 413
    ? [413, 'Error.Body', errorTexts.bodyTooLarge(MAXIMUM_BODY)]
    : [400, 'Error.Body', errorTexts.badTarget];

const isGroup = (name = ''): boolean => name.trim() !== '' && name.length <= 1024;

/** Undefined where a part is not percent-encoded as it must be. */
function decoded(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function send({ hub, query, body }: RestCall, receivers: Iterable<EmulatedClient>): Answer {
  const { target, arguments: args } = (body ?? {}) as { target?: unknown; arguments?: unknown };
  if (typeof target !== 'string' || !Array.isArray(args)) return [400, 'Error.Body', errorTexts.badTarget];
  const bytes = (message: string | Uint8Array): Uint8Array =>
    typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
  const message = { type: MessageType.Invocation, target, arguments: args } as const;
  const payloads = new Map([...hubProtocols].map(([name, protocol]) => [name, bytes(protocol.writeMessage(message))]));
  hub.counts.fromServers++;
  hub.send(receivers, payloads, query.getAll('excluded'));
  return 202;
}

function close({ hub, query }: RestCall, clients: Iterable<EmulatedClient>): Answer {
  const without = new Set(query.getAll('excluded'));
  for (const client of clients) {
    if (!without.has(client.connectionId)) hub.closeClient(client, { error: query.get('reason') ?? '' });
  }
  return 204;
}

function clientsOf(hub: ServiceHub, id = ''): EmulatedClient[] {
  const client = hub.clients.get(id);
  return client === undefined ? [] : [client];
}
