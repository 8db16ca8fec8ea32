import type { HubConnection, IStreamResult } from '@microsoft/signalr';
import type {
  MethodArguments,
  MethodName,
  MethodOf,
  MethodResult,
} from '../hubs/client-contract.ts';
import type { RefreshingHubConnection } from './with-authentication-refresh.ts';
import type { RecoveringHubConnection } from './with-recovery.ts';

type ResultOf<TMethod> = TMethod extends (...args: never) => infer TResult
  ? Awaited<TResult>
  : never;
/** The server recognizes generators as streams, whether they are asynchronous or not. */
type Stream<TItem> = AsyncIterable<TItem> | Generator<TItem, unknown, never>;
/** A result of the type `any` may be a stream or not. */
type KindOfResult<TResult> = 0 extends 1 & TResult
  ? 'result' | 'stream'
  : [TResult] extends [never]
    ? 'result'
    : TResult extends Stream<unknown>
      ? 'stream'
      : 'result';
type KindOf<TMethod> = TMethod extends (...args: never) => infer TResult
  ? KindOfResult<Awaited<TResult>>
  : never;
type NameOf<TContract, TKind> = {
  [TName in Extract<keyof TContract, string>]: TKind extends KindOf<TContract[TName]>
    ? TName
    : never;
}[Extract<keyof TContract, string>];

/**
 * The names of the methods that return a stream: an AsyncIterable or a ReadableStream. The first
 * letter may be a capital.
 */
export type StreamName<TContract> =
  | NameOf<TContract, 'stream'>
  | Capitalize<NameOf<TContract, 'stream'>>;

/** The hooks of a hub class that is used as a contract. Clients cannot call them. */
type HookName =
  | 'onConnected'
  | 'onAuthenticationRefreshed'
  | 'onConnectionMoved'
  | 'onDisconnected';

/** The names of the methods that return a single result. The first letter may be a capital. */
export type InvokeName<TContract> = Exclude<
  NameOf<TContract, 'result'> | Capitalize<NameOf<TContract, 'result'>>,
  HookName | Capitalize<HookName>
>;

/**
 * The arguments of a method. A method with a rest parameter has no fixed number of arguments, so a
 * typed client cannot call it. Arguments without types (`unknown[]`) are allowed.
 */
type CountedArguments<TArguments extends readonly unknown[]> = number extends TArguments['length']
  ? unknown[] extends TArguments
    ? TArguments
    : readonly [never]
  : TArguments;

/** The server counts all parameters, so optional ones must be passed, too. */
type PassedArguments<TArguments extends readonly unknown[]> = {
  [TIndex in keyof TArguments]-?: TArguments[TIndex] extends AsyncIterable<infer TItem>
    ? IStreamResult<TItem>
    : TArguments[TIndex];
};

/**
 * The arguments that the client passes to a method: all of them, also the optional ones. For an
 * upload, the client passes a `Subject` of
 * `@microsoft/signalr` or any other `IStreamResult`.
 */
export type ClientArguments<TContract, TName extends string> = PassedArguments<
  CountedArguments<MethodArguments<TContract, TName>>
>;

type ItemOf<TStream> = TStream extends Stream<infer TItem> ? Awaited<TItem> : never;

type HandlerResult<TResult> = [TResult] extends [void] ? void : TResult | Promise<TResult>;

/**
 * A client's handler for a method of its contract. If the method has a result, the handler must
 * return it or a promise of it.
 */
export type ClientHandler<TContract, TName extends string> = (
  ...args: MethodArguments<TContract, TName>
) => HandlerResult<MethodResult<TContract, TName>>;

/**
 * A connection of `@microsoft/signalr` with the types of the contract. Method names may be spelled
 * as in the contract or with a capital first letter. `TConnection` has further members, for example
 * those of `withRecovery`.
 */
export type TypedConnection<
  TServer,
  TClient,
  TConnection extends HubConnection = HubConnection,
> = Omit<TConnection, 'invoke' | 'send' | 'stream' | 'on' | 'off'> & {
  invoke<TName extends InvokeName<TServer>>(
    name: TName,
    ...args: ClientArguments<TServer, TName>
  ): Promise<MethodResult<TServer, TName>>;
  send<TName extends InvokeName<TServer>>(
    name: TName,
    ...args: ClientArguments<TServer, TName>
  ): Promise<void>;
  stream<TName extends StreamName<TServer>>(
    name: TName,
    ...args: ClientArguments<TServer, TName>
  ): IStreamResult<ItemOf<ResultOf<MethodOf<TServer, TName>>>>;
  on<TName extends MethodName<TClient>>(name: TName, handler: ClientHandler<TClient, TName>): void;
  off<TName extends MethodName<TClient>>(
    name: TName,
    handler?: ClientHandler<TClient, TName>,
  ): void;
};

/**
 * Returns the same connection with the types of the contract. It does nothing at run time.
 * `TServer` describes the methods that clients can call, `TClient` those that the server can call.
 * @example
 * const connection = typed<ChatServer, ChatClient>(
 *   new HubConnectionBuilder().withUrl('/chat').build(),
 * );
 * await connection.invoke('SendMessage', 'hello'); // a wrong name or type is a compile error
 */
export function typed<TServer, TClient>(
  connection: RecoveringHubConnection & RefreshingHubConnection,
): TypedConnection<TServer, TClient, RecoveringHubConnection & RefreshingHubConnection>;
export function typed<TServer, TClient>(
  connection: RecoveringHubConnection,
): TypedConnection<TServer, TClient, RecoveringHubConnection>;
export function typed<TServer, TClient>(
  connection: RefreshingHubConnection,
): TypedConnection<TServer, TClient, RefreshingHubConnection>;
export function typed<TServer, TClient>(
  connection: HubConnection,
): TypedConnection<TServer, TClient>;
export function typed<TServer, TClient>(
  connection: HubConnection,
): TypedConnection<TServer, TClient> {
  return connection as unknown as TypedConnection<TServer, TClient>;
}
