import {
  type ServiceMessage,
  ServiceMessageType as Type,
} from '@practical-signalr/azure/service-protocol';
import type { EmulatedClient } from '../clients/emulated-client.ts';
import type { EmulatedService } from '../emulated-service.ts';
import { wireMessages } from '../wire-messages.ts';
import type { ServiceHub } from '../hubs/service-hub.ts';
import { KEY_ID } from '../tokens/access-key-endpoint.ts';
import { verifiedEntraToken } from '../tokens/entra-check.ts';
import type { ServerConnection } from './server-connection.ts';
import { members } from './group-members.ts';
import { answerPing } from './server-pings.ts';

const OK = 1;
const NOT_FOUND = 2;

/** Executes a message of an app server. */
export function handleServerMessage(
  service: EmulatedService,
  hub: ServiceHub,
  server: ServerConnection,
  message: ServiceMessage,
): void {
  const findClient = (id: string | null): EmulatedClient | undefined => hub.clients.get(id ?? '');
  switch (message.type) {
    case Type.Ping:
      return answerPing(hub, server, message.messages, service.capacity);
    case Type.ConnectionData: {
      const client = findClient(message.connectionId);
      if (client === undefined) return; // The client has disconnected in the meantime.
      count(hub);
      hub.counts.toClients++;
      return client.sendFromServer(message.payload, message.ext?.partial === true);
    }
    case Type.CloseConnection: {
      const client = findClient(message.connectionId);
      if (client !== undefined) hub.closedByServer(client);
      return;
    }
    case Type.ClientInvocation:
      count(hub);
      return hub.invocations.start(server, findClient(message.connectionId), message);
    case Type.ClientCompletion:
    case Type.ErrorCompletion:
      return hub.invocations.complete(server, message);
    case Type.AccessKeyRequest: {
      const isValid = verifiedEntraToken(message.token ?? '', service.options.entra) !== undefined;
      const key = {
        kid: KEY_ID,
        accessKey: service.options.accessKey,
        errorType: null,
        errorMessage: null,
      };
      const refusal = {
        kid: null,
        accessKey: null,
        errorType: 'Unauthorized',
        errorMessage: wireMessages.entraRefused,
      };
      return server.send({ type: Type.AccessKeyResponse, ...(isValid ? key : refusal) });
    }
    default:
      if (send(hub, message)) count(hub);
      else changeGroups(hub, server, message);
  }
}

function count(hub: ServiceHub): void {
  hub.counts.fromServers += 1;
}

/** Sends a message to several clients. Returns false if the message is not for clients. */
function send(hub: ServiceHub, message: ServiceMessage): boolean {
  switch (message.type) {
    case Type.MultiConnectionData: {
      const receivers = new Set(message.connectionList.map((id) => hub.clients.get(id)));
      receivers.delete(undefined);
      hub.send(receivers as Set<EmulatedClient>, message.payloads);
      return true;
    }
    case Type.BroadcastData:
      hub.send(hub.clients.values(), message.payloads, message.excludedList);
      return true;
    case Type.GroupBroadcastData: {
      const { groupName, payloads, excludedList, excludedUserList } = message;
      hub.send(hub.membersOf(groupName ?? ''), payloads, excludedList, excludedUserList);
      return true;
    }
    case Type.MultiGroupBroadcastData:
      for (const group of message.groupList) hub.send(hub.membersOf(group), message.payloads);
      return true;
    case Type.UserData:
      hub.send(hub.ofUser(message.userId ?? ''), message.payloads);
      return true;
    case Type.MultiUserData:
      for (const user of new Set(message.userList)) hub.send(hub.ofUser(user), message.payloads);
      return true;
    default:
      return false;
  }
}

/**
 * Changes groups, checks existence and closes clients. Messages with an ack id are acknowledged.
 */
function changeGroups(hub: ServiceHub, server: ServerConnection, message: ServiceMessage): void {
  const ack = (status: number): void => {
    if ('ackId' in message)
      server.send({ type: Type.Ack, ackId: message.ackId, status, message: '' });
  };
  const ackFound = (isFound: boolean): void => ack(isFound ? OK : NOT_FOUND);
  switch (message.type) {
    case Type.JoinGroup:
    case Type.JoinGroupWithAck:
      return ackFound(hub.join(message.connectionId ?? '', message.groupName ?? ''));
    case Type.LeaveGroup:
      return ackFound(hub.leave(message.connectionId ?? '', message.groupName ?? ''));
    case Type.LeaveGroupWithAck: {
      const id = message.connectionId ?? '';
      return ackFound(
        message.groupName === null ? hub.leaveAll(id) : hub.leave(id, message.groupName),
      );
    }
    case Type.UserJoinGroup:
    case Type.UserJoinGroupWithAck:
      hub.userJoins(message.userId ?? '', message.groupName ?? '', message.ext?.ttl);
      return ack(OK);
    case Type.UserLeaveGroup:
    case Type.UserLeaveGroupWithAck:
      hub.userLeaves(message.userId ?? '', message.groupName);
      return ack(OK);
    case Type.CheckUserInGroupWithAck:
      return ackFound(hub.isUserIn(message.userId ?? '', message.groupName ?? ''));
    case Type.CheckGroupExistenceWithAck:
      return ackFound(hub.groups.has(message.groupName ?? ''));
    case Type.CheckConnectionExistenceWithAck:
      return ackFound(hub.clients.has(message.connectionId ?? ''));
    case Type.CheckUserExistenceWithAck:
      return ackFound(hub.users.has(message.userId ?? ''));
    case Type.CloseConnectionWithAck: {
      const client = hub.clients.get(message.connectionId ?? '');
      if (client !== undefined) hub.closeClient(client, { error: message.reason ?? '' });
      return ackFound(client !== undefined);
    }
    case Type.CloseConnectionsWithAck:
      closeAll(hub, hub.clients.values(), message);
      return ack(OK);
    case Type.CloseUserConnectionsWithAck:
      closeAll(hub, hub.ofUser(message.userId ?? ''), message);
      return ack(OK);
    case Type.CloseGroupConnectionsWithAck:
      closeAll(hub, hub.membersOf(message.groupName ?? ''), message);
      return ack(OK);
    case Type.GroupMemberQuery:
      return server.send({
        type: Type.Ack,
        ackId: message.ackId,
        status: OK,
        message: '',
        payload: members(hub, message),
      });
    default: // A message that servers may not send, or one of a later version.
  }
}

function closeAll(
  hub: ServiceHub,
  clients: Iterable<EmulatedClient>,
  {
    reason,
    excludedList,
  }: { readonly reason: string | null; readonly excludedList: readonly string[] },
): void {
  const excludedIds = new Set(excludedList);
  for (const client of clients) {
    if (!excludedIds.has(client.connectionId)) hub.closeClient(client, { error: reason ?? '' });
  }
}
