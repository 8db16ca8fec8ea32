/** The contract of a client without declared methods: it allows any method with any arguments. */
export type UntypedClient = Record<string, (...args: readonly unknown[]) => unknown>;

/**
 * The names of the methods of a contract. The first letter may be a capital, as in C#.
 * @example
 * interface ChatClient { receiveMessage(text: string): void }
 * type Name = MethodName<ChatClient>; // 'receiveMessage' | 'ReceiveMessage'
 */
export type MethodName<TContract> =
  | Extract<keyof TContract, string>
  | Capitalize<Extract<keyof TContract, string>>;

/** The type of a method of a contract, with either spelling of its name. */
export type MethodOf<TContract, TName extends string> = TName extends keyof TContract
  ? TContract[TName]
  : Uncapitalize<TName> extends keyof TContract
    ? TContract[Uncapitalize<TName>]
    : never;

/** The arguments of a method of a contract, with either spelling of its name. */
export type MethodArguments<TContract, TName extends string> =
  MethodOf<TContract, TName> extends (...args: infer TArguments) => unknown ? TArguments : never;

/** The result of a method of a contract, without its promise. */
export type MethodResult<TContract, TName extends string> =
  MethodOf<TContract, TName> extends (...args: never) => infer TResult ? Awaited<TResult> : never;
