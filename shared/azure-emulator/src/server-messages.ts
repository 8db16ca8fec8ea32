import { type ServiceMessage, ServiceMessageType as Type } from '@practical-signalr/azure/service-protocol';
import type { EmulatedClient } from './emulated-client.ts';
import { errorTexts } from './error-texts.ts';
import type { ServerConnection } from './server-connection.ts';
import type { ServiceHub } from './service-hub.ts';

const OK = 1;
const NOT_FOUND = 2;
const none: readonly EmulatedClient[] = [];

/** Does what an app server asks the service for. */
export function handleServerMessage(hub: ServiceHub, server: ServerConnection, message: ServiceMessage): void {
  const members = (group: string | null): Iterable<EmulatedClient> => hub.groups.get(group ?? '')?.values() ?? none;
  const ofUser = (user: string | null): Iterable<EmulatedClient> => hub.users.get(user ?? '')?.values() ?? none;
  const ack = (ackId: number, isDone: boolean): void =>
    server.send({ type: Type.Ack, ackId, status: isDone ? OK : NOT_FOUND, message: '' });
  switch (message.type) {
    case Type.ConnectionData:
      return hub.clients.get(message.connectionId ?? '')?.sendOwn(message.payload);
    case Type.CloseConnection: {
      const client = hub.clients.get(message.connectionId ?? '');
      if (client === undefined) return;
      hub.remove(client);
      return client.close();
    }
    case Type.MultiConnectionData: {
      const receivers = message.connectionList
        .map((id) => hub.clients.get(id))
        .filter((client) => client !== undefined);
      return hub.send(new Set(receivers), message.payloads);
    }
    case Type.BroadcastData:
      return hub.send(hub.clients.values(), message.payloads, message.excludedList);
    case Type.GroupBroadcastData:
      return hub.send(members(message.groupName), message.payloads, message.excludedList);
    case Type.MultiGroupBroadcastData:
      for (const group of message.groupList) hub.send(members(group), message.payloads);
      return;
    case Type.UserData:
      return hub.send(ofUser(message.userId), message.payloads);
    case Type.MultiUserData:
      for (const user of new Set(message.userList)) hub.send(ofUser(user), message.payloads);
      return;
    case Type.JoinGroup:
      hub.join(message.connectionId ?? '', message.groupName ?? '');
      return;
    case Type.LeaveGroup:
      hub.leave(message.connectionId ?? '', message.groupName ?? '');
      return;
    case Type.JoinGroupWithAck:
      return ack(message.ackId, hub.join(message.connectionId ?? '', message.groupName ?? ''));
    case Type.LeaveGroupWithAck:
      return ack(message.ackId, hub.leave(message.connectionId ?? '', message.groupName ?? ''));
    case Type.CheckGroupExistenceWithAck:
      return ack(message.ackId, hub.groups.has(message.groupName ?? ''));
    case Type.CheckConnectionExistenceWithAck:
      return ack(message.ackId, hub.clients.has(message.connectionId ?? ''));
    case Type.CheckUserExistenceWithAck:
      return ack(message.ackId, hub.users.has(message.userId ?? ''));
    case Type.ClientInvocation:
      return ask(hub, server, message);
    case Type.ClientCompletion:
    case Type.ErrorCompletion: {
      const question = hub.questions.get(message.invocationId ?? '');
      hub.questions.delete(message.invocationId ?? '');
      if (question !== undefined && question.caller !== server && question.caller.serverId !== server.serverId) {
        question.caller.send(message);
      }
      return;
    }
    case Type.Ping:
      return answerPing(hub, server, message.messages);
    default: // what a server may not say, and what later versions may
  }
}

function ask(hub: ServiceHub, server: ServerConnection, message: ServiceMessage & { type: 34 }): void {
  const { invocationId, connectionId, callerServerId, payloads } = message;
  const client = hub.clients.get(connectionId ?? '');
  if (client === undefined) {
    const error = errorTexts.connectionDoesNotExist(connectionId ?? '');
    return server.send({ type: Type.ErrorCompletion, invocationId, connectionId, callerServerId, error });
  }
  hub.questions.set(invocationId ?? '', { connectionId: client.connectionId, caller: server });
  if (client.server.serverId !== server.serverId) {
    client.server.send(message); // its server must know where the answer goes
    server.send({ type: Type.ServiceMapping, invocationId, connectionId, instanceId: 'emulator' });
  }
  client.sendOneOf(payloads);
}

function answerPing(hub: ServiceHub, server: ServerConnection, messages: readonly string[]): void {
  for (let i = 0; i < messages.length; i += 2) {
    if (messages[i] === 'status') {
      const clients = hub.clients.size > 0 ? '1' : '0';
      server.send({ type: Type.Ping, messages: ['status', clients] });
    } else if (messages[i] === 'shutdown' && messages[i + 1] !== 'finack') {
      server.isLeaving = true;
      server.send({ type: Type.Ping, messages: ['shutdown', 'finack'] });
      if (messages[i + 1] === 'fin:2') continue; // they leave by themselves
      for (const client of server.clients) {
        const isMoved = messages[i + 1] === 'fin:1' && server.migrationLevel > 0;
        const other = isMoved ? hub.pickOther(server) : undefined;
        if (other === undefined) hub.closeWithReconnect(client);
        else hub.migrate(client, other);
      }
    } else if (messages[i] === 'servers') {
      const ids = new Set([...hub.servers].map(({ serverId }) => serverId));
      server.send({ type: Type.Ping, messages: ['servers', `${Date.now()}:${[...ids].join(';')}`] });
    }
  }
}
