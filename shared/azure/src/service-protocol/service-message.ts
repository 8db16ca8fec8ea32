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

/** Numbers of the messages between app server and service. Source: ServiceProtocol.md of azure-signalr. */
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

// Names and order of the items behind the number. A ping is the one exception: its strings are the items themselves.
const connectionId = text();
const groupName = text();
const userId = text();
const ackId = integer();
const invocation = { invocationId: text(), connectionId, callerServerId: text() };

/** The items of each message, in the order of the wire. */
export const messageLayouts = {
  [1]: {
    version: integer(),
    connectionType: integer(),
    target: text(''),
    migrationLevel: integer(),
    ext,
    allowStatefulReconnects: trailingBoolean,
  },
  [2]: { errorMessage: text(), ext, connectionId },
  [3]: { messages: strings },
  [4]: { connectionId, claims, headers, queryString: text(''), ext },
  [5]: { connectionId, errorMessage: text(''), headers, ext },
  [6]: { connectionId, payload: bytes, ext },
  [7]: { connectionList: strings, payloads, ext },
  [8]: { userId, payloads, ext },
  [9]: { userList: strings, payloads, ext },
  [10]: { excludedList: strings, payloads, ext },
  [11]: { connectionId, groupName, ext },
  [12]: { connectionId, groupName, ext },
  [13]: {
    groupName,
    excludedList: strings,
    payloads,
    ext,
    excludedUserList: strings,
    callerUserId: text(),
  },
  [14]: { groupList: strings, payloads, ext },
  [15]: { errorMessage: text('') },
  [16]: { userId, groupName, ext },
  [17]: { userId, groupName, ext },
  [18]: { connectionId, groupName, ackId, ext },
  [19]: { connectionId, groupName, ackId, ext },
  [20]: { ackId, status: integer(), message: text(''), ext, payload: trailingBytes },
  [21]: { userId, groupName, ackId, ext },
  [22]: { objectType: integer(), id: text(), kind: integer(), message: text(''), ext },
  [23]: { groupName, ackId, ext },
  [24]: { connectionId, ackId, ext },
  [25]: { userId, ackId, ext },
  [26]: { userId, groupName, ackId, ext },
  [27]: { userId, groupName, ackId, ext },
  [28]: { token: text(), kid: text(), ext },
  [29]: { kid: text(), accessKey: text(), errorType: text(), errorMessage: text(), ext },
  [30]: { connectionId, reason: text(), ackId, ext },
  [31]: { reason: text(), ackId, excludedList: strings, ext },
  [32]: { userId, reason: text(), ackId, excludedList: strings, ext },
  [33]: { groupName, reason: text(), ackId, excludedList: strings, ext },
  [34]: { ...invocation, payloads, ext },
  [35]: { ...invocation, protocol: text(), payload: bytes, ext },
  [36]: { ...invocation, error: text(), ext },
  [37]: { invocationId: text(), connectionId, instanceId: text(), ext },
  [38]: { connectionId, ext },
  [39]: { id: text(), objectType: int32, operation: int32, ext },
  [40]: { ext, groupName, ackId, max: optionalInteger, continuationToken: text() },
} as const;

type Layouts = typeof messageLayouts;
type ValueOf<TKind> = TKind extends FieldKind<infer TValue> ? TValue : never;
type Optional<TLayout> = {
  [TName in keyof TLayout]: undefined extends ValueOf<TLayout[TName]> ? TName : never;
}[keyof TLayout];
type Fields<TLayout> = {
  readonly [TName in Exclude<keyof TLayout, Optional<TLayout>>]: ValueOf<TLayout[TName]>;
} & { readonly [TName in Optional<TLayout>]?: ValueOf<TLayout[TName]> };

/** One message by its number, for example `MessageOf<typeof ServiceMessageType.ConnectionData>`. */
export type MessageOf<TType extends keyof Layouts> = { readonly type: TType } & Fields<
  Layouts[TType]
>;

/** Any message between app server and service. Strings may be null, as on the wire. */
export type ServiceMessage = { [TType in keyof Layouts]: MessageOf<TType> }[keyof Layouts];
