import type { HubConnection, IStreamResult } from '@microsoft/signalr';
import type {
  MethodArguments,
  MethodName,
  MethodOf,
  MethodResult,
} from '../hubs/client-contract.ts';

type ResultOf<TMethod> = TMethod extends (...args: never) => infer TResult
  ? Awaited<TResult>
  : never;
type Streaming<TContract> = {
  [TName in Extract<keyof TContract, string>]: ResultOf<
    TContract[TName]
  > extends AsyncIterable<unknown>
    ? TName
    : never;
}[Extract<keyof TContract, string>];

/** The methods of a contract that return a stream: an AsyncIterable or a ReadableStream. */
export type StreamName<TContract> = Streaming<TContract> | Capitalize<Streaming<TContract>>;

/** The methods of a contract that answer once. */
export type InvokeName<TContract> = Exclude<MethodName<TContract>, StreamName<TContract>>;

type Passed<TArguments extends readonly unknown[]> = {
  [TIndex in keyof TArguments]: TArguments[TIndex] extends AsyncIterable<infer TItem>
    ? IStreamResult<TItem>
    : TArguments[TIndex];
};

/** What the client passes: for an upload, a `Subject` of the official client or any other `IStreamResult`. */
export type ClientArguments<TContract, TName extends string> = Passed<
  MethodArguments<TContract, TName>
>;

type ItemOf<TStream> = TStream extends AsyncIterable<infer TItem> ? TItem : never;

type Answer<TResult> = [TResult] extends [void] ? void : TResult | Promise<TResult>;

/** What a client does when it is called; a method with a result has to give one, now or later. */
export type ClientHandler<TContract, TName extends string> = (
  ...args: MethodArguments<TContract, TName>
) => Answer<MethodResult<TContract, TName>>;

/** The official client, typed by the contract of hub and client. Names may be spelled as in the contract or with a capital. */
export type TypedConnection<TServer, TClient> = Omit<
  HubConnection,
  'invoke' | 'send' | 'stream' | 'on' | 'off'
> & {
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
 * Types a connection of the official client; at run time it is the connection itself.
 * @example
 * const connection = typed<ChatServer, ChatClient>(new HubConnectionBuilder().withUrl('/chat').build());
 * await connection.invoke('SendMessage', 'hello'); // a wrong name or type is a compile error
 */
export const typed = <TServer, TClient>(
  connection: HubConnection,
): TypedConnection<TServer, TClient> => connection as unknown as TypedConnection<TServer, TClient>;
