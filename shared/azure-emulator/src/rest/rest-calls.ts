import type { Payloads } from '@practical-signalr/azure/service-protocol';
import { MessageType } from '@practical-signalr/protocol';
import { hubProtocols } from '../clients/close-message.ts';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import { wireMessages } from '../wire-messages.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';

/** A request to a hub with a valid token. */
export interface RestCall {
  readonly hub: ServiceHub;
  /** The names in the path (groups, users, connections), in order. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}
/**
 * The answer to a request: a status, or a status with the error code of the service and a message.
 */
export type RestAnswer = number | readonly [status: number, code: string, message: string];

/** The operations of one version of the API, by method and path. A star stands for a name. */
export type RestCalls = Readonly<Record<string, (call: RestCall) => RestAnswer>>;

const noConnection: RestAnswer = [
  404,
  'Error.Connection.NotExisted',
  wireMessages.noSuchConnection,
];
/** The answers to failed existence checks. The .NET management SDK compares their codes. */
const notFound = {
  connection: [404, 'Warning.Connection.NotExisted', wireMessages.noSuchConnection],
  user: [404, 'Warning.User.NotExisted', wireMessages.noSuchUser],
  group: [404, 'Warning.Group.NotExisted', wireMessages.noSuchGroup],
  membership: [404, 'Info.User.NotInGroup', wireMessages.userNotInGroup],
} as const;
const answerFound = (isFound: boolean, kind: keyof typeof notFound): RestAnswer =>
  isFound ? 200 : notFound[kind];

/** Returns the members of the group in the path. */
const groupOf = ({ hub, names: [group = ''] }: RestCall): Iterable<EmulatedClient> =>
  hub.membersOf(group);
/** Returns the clients of the user in the path. */
const userOf = ({ hub, names: [user = ''] }: RestCall): Iterable<EmulatedClient> =>
  hub.ofUser(user);

const sendToAll = (call: RestCall): RestAnswer => send(call, call.hub.clients.values());
const sendToConnection = (call: RestCall): RestAnswer =>
  send(call, clientsOf(call.hub, call.names[0]));
const sendToGroup = (call: RestCall): RestAnswer => send(call, groupOf(call));
const sendToUser = (call: RestCall): RestAnswer => send(call, userOf(call));
const hasConnection = ({ hub, names: [id = ''] }: RestCall): RestAnswer =>
  answerFound(hub.clients.has(id), 'connection');
const hasUser = ({ hub, names: [user = ''] }: RestCall): RestAnswer =>
  answerFound(hub.users.has(user), 'user');
const hasGroup = ({ hub, names: [group = ''] }: RestCall): RestAnswer =>
  answerFound(hub.groups.has(group), 'group');
const isInGroup = ({ hub, names: [user = '', group = ''] }: RestCall): RestAnswer =>
  answerFound(hub.isUserIn(user, group), 'membership');
const join = ({ hub, names: [group = '', id = ''] }: RestCall): RestAnswer =>
  hub.join(id, group) ? 200 : noConnection;
const leave = ({ hub, names: [group = '', id = ''] }: RestCall): RestAnswer => {
  hub.leave(id, group);
  return 200;
};

/** The operations of all versions since 1.0. */
const commonCalls: RestCalls = {
  'HEAD connections/*': hasConnection,
  'HEAD users/*': hasUser,
  'HEAD groups/*': hasGroup,
  'HEAD users/*/groups/*': isInGroup,
  'GET users/*/groups/*': isInGroup, // Sent by the .NET management SDK.
  'PUT groups/*/connections/*': join,
  'DELETE groups/*/connections/*': leave,
  'PUT users/*/groups/*': ({ hub, names: [user = '', group = ''], query }) => {
    const ttl = query.get('ttl') === null ? undefined : Number(query.get('ttl'));
    if (ttl !== undefined && !(ttl >= 0)) return [400, 'Error.Ttl', wireMessages.badTtl];
    hub.userJoins(user, group, ttl);
    return 200;
  },
  'DELETE users/*/groups/*': ({ hub, names: [user = '', group = ''] }) => {
    hub.userLeaves(user, group);
    return 204;
  },
  'DELETE users/*/groups': ({ hub, names: [user = ''] }) => {
    hub.userLeaves(user, null);
    return 204;
  },
};

/**
 * The operations below `/api/hubs`.
 * Source: data-plane REST API of Azure SignalR Service, version 2022-06-01.
 */
export const currentCalls: RestCalls = {
  ...commonCalls,
  'POST :send': sendToAll,
  'POST connections/*/:send': sendToConnection,
  'POST groups/*/:send': sendToGroup,
  'POST users/*/:send': sendToUser,
  'POST :closeConnections': (call) => close(call, call.hub.clients.values()),
  'POST groups/*/:closeConnections': (call) => close(call, groupOf(call)),
  'POST users/*/:closeConnections': (call) => close(call, userOf(call)),
  'DELETE connections/*': (call) => {
    close(call, clientsOf(call.hub, call.names[0]));
    return 200;
  },
  'DELETE connections/*/groups': ({ hub, names: [id = ''] }) => {
    hub.leaveAll(id);
    return 200;
  },
};

/**
 * The operations below `/api/v1/hubs`, for older SDKs and bindings.
 * Source: the same API, version 1.0.
 */
export const firstCalls: RestCalls = {
  ...commonCalls,
  'POST ': sendToAll,
  'POST connections/*': sendToConnection,
  'POST groups/*': sendToGroup,
  'POST users/*': sendToUser,
  'GET connections/*': hasConnection,
  'GET users/*': hasUser,
  'GET groups/*': hasGroup,
  'DELETE connections/*': (call) => {
    close(call, clientsOf(call.hub, call.names[0]));
    return 202;
  },
  'PUT groups/*/users/*': ({ hub, names: [group = '', user = ''] }) => {
    hub.userJoins(user, group);
    return 202;
  },
  'DELETE groups/*/users/*': ({ hub, names: [group = '', user = ''] }) => {
    hub.userLeaves(user, group);
    return 202;
  },
};

/** Sends to each of the names, which are separated by commas. */
const sendToList = (
  call: RestCall,
  receivers: (name: string) => Iterable<EmulatedClient>,
): RestAnswer => {
  const [list = ''] = call.names;
  return send(call, new Set(list.split(',').flatMap((name) => [...receivers(name)])));
};

/** The operations below `/api/v1-preview/hub`. Source: the same API, version 1.0-preview. */
export const previewCalls: RestCalls = {
  'POST ': sendToAll,
  'POST user/*': sendToUser,
  'POST group/*': sendToGroup,
  'POST users/*': (call) => sendToList(call, (user) => call.hub.ofUser(user)),
  'POST groups/*': (call) => sendToList(call, (group) => call.hub.membersOf(group)),
};

function send({ hub, query, body }: RestCall, receivers: Iterable<EmulatedClient>): RestAnswer {
  const { target, arguments: args } = (body ?? {}) as { target?: unknown; arguments?: unknown };
  if (typeof target !== 'string' || !Array.isArray(args))
    return [400, 'Error.Body', wireMessages.badTarget];
  const toBytes = (message: string | Uint8Array): Uint8Array =>
    typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
  const message = { type: MessageType.Invocation, target, arguments: args } as const;
  let payloads: Payloads;
  try {
    payloads = new Map(
      [...hubProtocols].map(([name, protocol]) => [name, toBytes(protocol.writeMessage(message))]),
    );
  } catch {
    // The arrays are nested too deeply for an encoding.
    return [400, 'Error.Body', wireMessages.badArguments];
  }
  hub.counts.fromServers += 1;
  hub.send(receivers, payloads, query.getAll('excluded'));
  return 202;
}

function close({ hub, query }: RestCall, clients: Iterable<EmulatedClient>): RestAnswer {
  const excludedIds = new Set(query.getAll('excluded'));
  for (const client of clients) {
    if (!excludedIds.has(client.connectionId))
      hub.closeClient(client, { error: query.get('reason') ?? '' });
  }
  return 204;
}

function clientsOf(hub: ServiceHub, id = ''): EmulatedClient[] {
  const client = hub.clients.get(id);
  return client === undefined ? [] : [client];
}
