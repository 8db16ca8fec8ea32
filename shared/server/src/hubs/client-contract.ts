/** A client of which nothing is declared: any method, any arguments. */
export type UntypedClient = Record<string, (...args: readonly unknown[]) => unknown>;

/** The methods of a contract, also with a capital first letter, as C# spells them. */
export type MethodName<TContract> = Extract<keyof TContract, string> | Capitalize<Extract<keyof TContract, string>>;

/** The arguments of a method of a contract, by either spelling. */
export type MethodArguments<TContract, TName extends string> = TName extends keyof TContract
  ? ArgumentsOf<TContract[TName]>
  : Uncapitalize<TName> extends keyof TContract
    ? ArgumentsOf<TContract[Uncapitalize<TName>]>
    : never;

type ArgumentsOf<TMethod> = TMethod extends (...args: infer TArguments) => unknown ? TArguments : never;
