import {
  bytes,
  claims,
  extension as ext,
  type FieldKind,
  headers,
  int32,
  integer,
  optionalInteger,
  payloads,
  strings,
  text,
  trailingBoolean,
  trailingBytes,
} from './field-kinds.ts';

/**
 * The message types between app server and service.
 * Source: ServiceProtocol.md of azure-signalr.
 */
export const ServiceMessageType = {
  HandshakeRequest: 1,
  HandshakeResponse: 2,
  Ping: 3,
  OpenConnection: 4,
  CloseConnection: 5,
  ConnectionData: 6,
  MultiConnectionData: 7,
  UserData: 8,
  MultiUserData: 9,
  BroadcastData: 10,
  JoinGroup: 11,
  LeaveGroup: 12,
  GroupBroadcastData: 13,
  MultiGroupBroadcastData: 14,
  ServiceError: 15,
  UserJoinGroup: 16,
  UserLeaveGroup: 17,
  JoinGroupWithAck: 18,
  LeaveGroupWithAck: 19,
  Ack: 20,
  CheckUserInGroupWithAck: 21,
  ServiceEvent: 22,
  CheckGroupExistenceWithAck: 23,
  CheckConnectionExistenceWithAck: 24,
  CheckUserExistenceWithAck: 25,
  UserJoinGroupWithAck: 26,
  UserLeaveGroupWithAck: 27,
  AccessKeyRequest: 28,
  AccessKeyResponse: 29,
  CloseConnectionWithAck: 30,
  CloseConnectionsWithAck: 31,
  CloseUserConnectionsWithAck: 32,
  CloseGroupConnectionsWithAck: 33,
  ClientInvocation: 34,
  ClientCompletion: 35,
  ErrorCompletion: 36,
  ServiceMapping: 37,
  ConnectionReconnect: 38,
  ConnectionFlowControl: 39,
  GroupMemberQuery: 40,
} as const;

// A ping is the only message whose items are not listed here: all of them are strings.
const connectionId = text();
const groupName = text();
const userId = text();
const ackId = integer();
const invocation = { invocationId: text(), connectionId, callerServerId: text() };

/** The items of each message after its type, in the order of the wire. */
export const messageLayouts = {
  [ServiceMessageType.HandshakeRequest]: {
    version: integer(),
    connectionType: integer(),
    target: text(''),
    migrationLevel: integer(),
    ext,
    allowStatefulReconnects: trailingBoolean,
  },
  [ServiceMessageType.HandshakeResponse]: { errorMessage: text(), ext, connectionId },
  [ServiceMessageType.Ping]: { messages: strings },
  [ServiceMessageType.OpenConnection]: {
    connectionId,
    claims,
    headers,
    queryString: text(''),
    ext,
  },
  [ServiceMessageType.CloseConnection]: { connectionId, errorMessage: text(''), headers, ext },
  [ServiceMessageType.ConnectionData]: { connectionId, payload: bytes, ext },
  [ServiceMessageType.MultiConnectionData]: { connectionList: strings, payloads, ext },
  [ServiceMessageType.UserData]: { userId, payloads, ext },
  [ServiceMessageType.MultiUserData]: { userList: strings, payloads, ext },
  [ServiceMessageType.BroadcastData]: { excludedList: strings, payloads, ext },
  [ServiceMessageType.JoinGroup]: { connectionId, groupName, ext },
  [ServiceMessageType.LeaveGroup]: { connectionId, groupName, ext },
  [ServiceMessageType.GroupBroadcastData]: {
    groupName,
    excludedList: strings,
    payloads,
    ext,
    excludedUserList: strings,
    callerUserId: text(),
  },
  [ServiceMessageType.MultiGroupBroadcastData]: { groupList: strings, payloads, ext },
  [ServiceMessageType.ServiceError]: { errorMessage: text('') },
  [ServiceMessageType.UserJoinGroup]: { userId, groupName, ext },
  [ServiceMessageType.UserLeaveGroup]: { userId, groupName, ext },
  [ServiceMessageType.JoinGroupWithAck]: { connectionId, groupName, ackId, ext },
  [ServiceMessageType.LeaveGroupWithAck]: { connectionId, groupName, ackId, ext },
  [ServiceMessageType.Ack]: {
    ackId,
    status: integer(),
    message: text(''),
    ext,
    payload: trailingBytes,
  },
  [ServiceMessageType.CheckUserInGroupWithAck]: { userId, groupName, ackId, ext },
  [ServiceMessageType.ServiceEvent]: {
    objectType: integer(),
    id: text(),
    kind: integer(),
    message: text(''),
    ext,
  },
  [ServiceMessageType.CheckGroupExistenceWithAck]: { groupName, ackId, ext },
  [ServiceMessageType.CheckConnectionExistenceWithAck]: { connectionId, ackId, ext },
  [ServiceMessageType.CheckUserExistenceWithAck]: { userId, ackId, ext },
  [ServiceMessageType.UserJoinGroupWithAck]: { userId, groupName, ackId, ext },
  [ServiceMessageType.UserLeaveGroupWithAck]: { userId, groupName, ackId, ext },
  [ServiceMessageType.AccessKeyRequest]: { token: text(), kid: text(), ext },
  [ServiceMessageType.AccessKeyResponse]: {
    kid: text(),
    accessKey: text(),
    errorType: text(),
    errorMessage: text(),
    ext,
  },
  [ServiceMessageType.CloseConnectionWithAck]: { connectionId, reason: text(), ackId, ext },
  [ServiceMessageType.CloseConnectionsWithAck]: {
    reason: text(),
    ackId,
    excludedList: strings,
    ext,
  },
  [ServiceMessageType.CloseUserConnectionsWithAck]: {
    userId,
    reason: text(),
    ackId,
    excludedList: strings,
    ext,
  },
  [ServiceMessageType.CloseGroupConnectionsWithAck]: {
    groupName,
    reason: text(),
    ackId,
    excludedList: strings,
    ext,
  },
  [ServiceMessageType.ClientInvocation]: { ...invocation, payloads, ext },
  [ServiceMessageType.ClientCompletion]: { ...invocation, protocol: text(), payload: bytes, ext },
  [ServiceMessageType.ErrorCompletion]: { ...invocation, error: text(), ext },
  [ServiceMessageType.ServiceMapping]: {
    invocationId: text(),
    connectionId,
    instanceId: text(),
    ext,
  },
  [ServiceMessageType.ConnectionReconnect]: { connectionId, ext },
  [ServiceMessageType.ConnectionFlowControl]: {
    id: text(),
    objectType: int32,
    operation: int32,
    ext,
  },
  [ServiceMessageType.GroupMemberQuery]: {
    ext,
    groupName,
    ackId,
    max: optionalInteger,
    continuationToken: text(),
  },
} as const;

type Layouts = typeof messageLayouts;
type ValueOf<TKind> = TKind extends FieldKind<infer TValue> ? TValue : never;
type Optional<TLayout> = {
  [TName in keyof TLayout]: undefined extends ValueOf<TLayout[TName]> ? TName : never;
}[keyof TLayout];
type Fields<TLayout> = {
  readonly [TName in Exclude<keyof TLayout, Optional<TLayout>>]: ValueOf<TLayout[TName]>;
} & { readonly [TName in Optional<TLayout>]?: ValueOf<TLayout[TName]> };

/** The message of one type, for example `MessageOf<typeof ServiceMessageType.ConnectionData>`. */
export type MessageOf<TType extends keyof Layouts> = { readonly type: TType } & Fields<
  Layouts[TType]
>;

/** A message between app server and service. Strings may be null, as on the wire. */
export type ServiceMessage = { [TType in keyof Layouts]: MessageOf<TType> }[keyof Layouts];
