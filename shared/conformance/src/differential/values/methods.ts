import type { Random } from '../random.ts';

/**
 * The types of the arguments. `count` and `ms` are ints that stay small, so that no case makes a
 * server work for long.
 */
export type ValueType =
  | 'any'
  | 'base64'
  | 'bool'
  | 'color'
  | 'count'
  | 'dateTime'
  | 'dateTimeOffset'
  | 'decimal'
  | 'double'
  | 'float'
  | 'guid'
  | 'id'
  | 'ids'
  | 'int'
  | 'ints'
  | 'long'
  | 'map'
  | 'mixed'
  | 'ms'
  | 'name'
  | 'nullableInt'
  | 'people'
  | 'person'
  | 'string'
  | 'strings'
  | 'timeSpan'
  | 'ulong';
export type MethodTypes = Readonly<Record<string, readonly ValueType[]>>;

const none: readonly ValueType[] = [];
const withoutArguments = (names: string): MethodTypes =>
  Object.fromEntries(names.split(' ').map((name) => [name, none]));
const withText = (names: string): MethodTypes =>
  Object.fromEntries(names.split(' ').map((name) => [name, ['string'] as const]));

/** The methods that echo a value of each C# type. */
export const echoes: MethodTypes = {
  EchoString: ['string'],
  EchoInt: ['int'],
  EchoNullableInt: ['nullableInt'],
  EchoLong: ['long'],
  EchoULong: ['ulong'],
  EchoFloat: ['float'],
  EchoDouble: ['double'],
  EchoDecimal: ['decimal'],
  EchoBool: ['bool'],
  EchoDateTime: ['dateTime'],
  EchoDateTimeOffset: ['dateTimeOffset'],
  EchoTimeSpan: ['timeSpan'],
  EchoGuid: ['guid'],
  EchoBytes: ['base64'],
  EchoInts: ['ints'],
  EchoStrings: ['strings'],
  EchoMap: ['map'],
  EchoColor: ['color'],
  EchoPerson: ['person'],
  EchoPeople: ['people'],
  EchoMixed: ['mixed'],
  EchoObject: ['any'],
};

/** All other methods that return one result. */
export const plainMethods: MethodTypes = {
  ...withoutArguments(
    'Void VoidTask VoidTaskAwaited VoidValueTask NullString renamed-method IsAborted GetTransport GetPath GetConnectionId GetUserIdentifier SendNoArguments SendMixedArguments',
  ),
  ...withText(
    'ThrowException ThrowAfterAwait ThrowHubException ThrowHubAfterAwait ThrowHubWithInner SendToCaller',
  ),
  Add: ['int', 'int'],
  AddTask: ['int', 'int'],
  AddValueTask: ['int', 'int'],
  OptionalArgument: ['int', 'int'],
  ParamsArray: ['ints'],
  Batch: ['count'],
  Concat: ['string', 'string', 'string'],
  Slow: ['ms', 'string'],
  SlowCancellable: ['ms', 'string'],
  SetItem: ['name', 'string'],
  GetItem: ['name'],
  GetQuery: ['name'],
  GetHeader: ['name'],
  SendMany: ['count'],
  SendText: ['string', 'string'],
  SendToClient: ['id', 'string'],
  SendToClients: ['ids', 'string'],
};

export const streamMethods: MethodTypes = {
  ...withoutArguments('Words NullStream Forever ForeverChannel'),
  ...withText('FailChannel FailBeforeStream'),
  Counter: ['count'],
  CounterChannel: ['count'],
  CounterChannelTask: ['count'],
  CounterTask: ['count'],
  People: ['count'],
  FailAfter: ['count', 'string'],
  HubFailAfter: ['count', 'string'],
};

export interface UploadMethod {
  readonly types: readonly ValueType[];
  readonly uploads: readonly ('int' | 'string')[];
  readonly isStream?: boolean;
}

export const uploadMethods: Readonly<Record<string, UploadMethod>> = {
  UploadSum: { types: [], uploads: ['int'] },
  UploadJoin: { types: [], uploads: ['string'] },
  UploadTwo: { types: [], uploads: ['string', 'string'] },
  UploadWithArguments: { types: ['string', 'count'], uploads: ['string'] },
  UploadFirst: { types: [], uploads: ['string'] },
  UploadCatch: { types: [], uploads: ['int'] },
  UploadVoid: { types: [], uploads: ['string'] },
  UploadEcho: { types: [], uploads: ['string'], isStream: true },
  Void: { types: [], uploads: [] },
};

/** Methods that invoke a method of the client. */
export const askMethods: MethodTypes = {
  ...withText('AskCaller AskCallerCatch'),
  AskCallerInt: ['int'],
  AskCallerIntOrFail: ['int'],
  AskClient: ['id', 'string'],
  AskClientCatch: ['id', 'string'],
};

/** Names that no client can call. */
export const uncallable = [
  ...'PrivateMethod ProtectedMethod InternalMethod StaticMethod OnConnectedAsync Dispose ToString'.split(
    ' ',
  ),
  ...'GetType Renamed constructor __proto__ hasOwnProperty toString clients Context'.split(' '),
  'get_Context',
  '',
  ' Void',
  'Void ',
  'onConnected',
  'RENAMED-METHOD',
  '_privateMethod',
];

/** Spells a name as a client may do it. Case does not matter. */
export const spellName = (random: Random, name: string): string =>
  random.weighted([
    [60, name],
    [2, name.charAt(0).toLowerCase() + name.slice(1)],
    [1, name.toUpperCase()],
  ]);
