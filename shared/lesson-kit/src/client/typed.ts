import type { HubConnection } from '@microsoft/signalr';
import type { MethodArguments, MethodName } from '@practical-signalr/server';

type Result<TContract, TName extends string> = TName extends keyof TContract
  ? ResultOf<TContract[TName]>
  : Uncapitalize<TName> extends keyof TContract
    ? ResultOf<TContract[Uncapitalize<TName>]>
    : never;
type ResultOf<TMethod> = TMethod extends (...args: never) => infer TResult ? Awaited<TResult> : never;

/** The official client, typed by the contract of hub and client. */
export type TypedConnection<TServer, TClient> = Omit<HubConnection, 'invoke' | 'send' | 'on'> & {
  invoke<TName extends MethodName<TServer>>(
    name: TName,
    ...args: MethodArguments<TServer, TName>
  ): Promise<Result<TServer, TName>>;
  send<TName extends MethodName<TServer>>(name: TName, ...args: MethodArguments<TServer, TName>): Promise<void>;
  on<TName extends MethodName<TClient>>(name: TName, handler: (...args: MethodArguments<TClient, TName>) => void): void;
};

/**
 * Types a connection; at run time it is the connection itself.
 * @example
 * const connection = typed<MessageServer, MessageClient>(new HubConnectionBuilder().withUrl('/messages').build());
 */
export const typed = <TServer, TClient>(connection: HubConnection): TypedConnection<TServer, TClient> =>
  connection as unknown as TypedConnection<TServer, TClient>;
