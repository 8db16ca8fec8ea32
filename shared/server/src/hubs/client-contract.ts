/** A client of which nothing is declared: any method, any arguments. */
export type UntypedClient = Record<string, (...args: readonly unknown[]) => unknown>;

/** The methods of a contract, also with a capital first letter, as C# spells them. */
export type MethodName<TContract> =
  | Extract<keyof TContract, string>
  | Capitalize<Extract<keyof TContract, string>>;

/** A method of a contract, by either spelling. */
export type MethodOf<TContract, TName extends string> = TName extends keyof TContract
  ? TContract[TName]
  : Uncapitalize<TName> extends keyof TContract
    ? TContract[Uncapitalize<TName>]
    : never;

/** The arguments of a method of a contract, by either spelling. */
export type MethodArguments<TContract, TName extends string> =
  MethodOf<TContract, TName> extends (...args: infer TArguments) => unknown ? TArguments : never;

/** What a method of a contract answers, without its promise. */
export type MethodResult<TContract, TName extends string> =
  MethodOf<TContract, TName> extends (...args: never) => infer TResult ? Awaited<TResult> : never;
