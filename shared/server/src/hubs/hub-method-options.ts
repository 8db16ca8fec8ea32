import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../authentication/authorization.ts';
import type { RateLimit } from '../limits/client-limits.ts';
import type { StreamParameter } from './streams/stream-parameter.ts';

/**
 * The type of one parameter of a hub method: a schema that validates the value, `stream` or
 * `streamOf(schema)` for an upload, or undefined to accept any value.
 */
export type ArgumentType = StandardSchemaV1 | StreamParameter | undefined;

type IsAny<TValue> = 0 extends 1 & TValue ? true : false;

/** The types that fit one parameter: the result of a schema must be assignable to the parameter. */
type TypeOf<TParameter> =
  IsAny<TParameter> extends true
    ? ArgumentType
    : [TParameter] extends [AsyncIterable<infer TItem>]
      ? StreamParameter<TItem>
      : StandardSchemaV1<unknown, TParameter> | undefined;

type TypesOf<TParameters extends readonly unknown[]> = {
  readonly [TIndex in keyof TParameters]: TypeOf<TParameters[TIndex]>;
};

/** The types that fit the parameters of a method, each of which must be listed. */
export type ArgumentTypes<TParameters extends readonly unknown[]> =
  number extends TParameters['length'] ? readonly ArgumentType[] : TypesOf<Required<TParameters>>;

/**
 * Options of one hub method, for what a JavaScript class cannot declare.
 * @example
 * signalr.mapHub('/chat', ChatHub, {
 *   methods: {
 *     sendMessage: { arguments: [z.string().max(1000)], authorize: { roles: ['writer'] } },
 *   },
 * });
 */
export interface HubMethodOptions {
  /**
   * The name by which clients call the method, instead of its name in the class.
   * Default: the name in the class. Source: `HubMethodNameAttribute`.
   */
  readonly name?: string;
  /**
   * Whether the method returns a stream. Set it if the method returns an AsyncIterable or a
   * ReadableStream without being a generator. Default: true for generators, otherwise false.
   */
  readonly streams?: boolean;
  /**
   * The types of the parameters, in order. Schemas may come from any Standard Schema library.
   * Uploads must be listed here, as `stream` or `streamOf(schema)`; the method receives them as
   * AsyncIterables. A call with other arguments fails without running the method.
   * Default: as many arguments as the function declares, of any type, and no uploads. The list is
   * required if a parameter has a default value or is a rest parameter, because JavaScript does not
   * count those. Clients must pass all arguments.
   * @example
   * { arguments: [z.string(), streamOf(z.number())] }
   */
  readonly arguments?: readonly ArgumentType[];
  /**
   * The rule that a caller must satisfy, in addition to the rule of the hub.
   * Default: anyone who may connect may call the method. Source: `AuthorizeAttribute`.
   */
  readonly authorize?: Authorize;
  /**
   * The rate at which one user may call the method, over all connections of the user. Without a
   * user, each connection has its own rate. It applies in addition to `limits`. Default: no limit.
   * @example
   * { sendMessage: { rateLimit: { tokenLimit: 5, tokensPerSecond: 1 } } }
   */
  readonly rateLimit?: RateLimit;
}

/** The hooks of `Hub` and the methods of `Object`, which clients can never call. */
type ReservedName =
  | 'onConnected'
  | 'onAuthenticationRefreshed'
  | 'onConnectionMoved'
  | 'onDisconnected'
  | 'toString'
  | 'toLocaleString'
  | 'valueOf'
  | 'hasOwnProperty'
  | 'isPrototypeOf'
  | 'propertyIsEnumerable'
  | symbol
  | number;

/**
 * The names of the public methods of a hub class and its base classes, without the hooks of `Hub`.
 * Private and protected methods are not part of it.
 */
export type HubMethodName<THub> = Exclude<
  {
    [TName in keyof THub]: THub[TName] extends (...args: never) => unknown ? TName : never;
  }[keyof THub],
  ReservedName
>;

/**
 * The methods of a hub that clients can call: an array of names, or an object of names with
 * options.
 * @example
 * { methods: ['say'] }
 * { methods: { say: {}, ban: { authorize: { roles: ['admin'] } } } }
 */
export type HubMethods<THub> =
  | readonly HubMethodName<THub>[]
  | { readonly [TName in HubMethodName<THub>]: HubMethodOptions };

/** The names that `TMethods` lists. */
type ListedName<TMethods> = TMethods extends readonly (infer TName)[] ? TName : keyof TMethods;

type ParametersOf<TMethod> = TMethod extends (...args: infer TParameters) => unknown
  ? TParameters
  : readonly unknown[];

type IsUpload<TParameter> =
  IsAny<TParameter> extends true
    ? false
    : [TParameter] extends [AsyncIterable<unknown>]
      ? [TParameter] extends [never]
        ? false
        : true
      : false;

type HasUpload<TParameters extends readonly unknown[]> = true extends {
  [TIndex in keyof TParameters]-?: IsUpload<TParameters[TIndex]>;
}[number]
  ? true
  : false;

/**
 * The names of the methods whose `arguments` do not fit their parameters, or that have uploads and
 * no `arguments`. An array of unknown length (a constant without `as const`) is not checked.
 */
type MismatchedName<THub, TMethods> = TMethods extends readonly unknown[]
  ? number extends TMethods['length']
    ? never
    : MismatchOf<THub, Record<TMethods[number] & string, object>>
  : MismatchOf<THub, TMethods>;

type MismatchOf<THub, TMethods> = {
  [TName in keyof TMethods & keyof THub]: HasMismatch<
    ParametersOf<THub[TName]>,
    TMethods[TName]
  > extends true
    ? TName
    : never;
}[keyof TMethods & keyof THub];

type HasMismatch<TParameters extends readonly unknown[], TOptions> = TOptions extends {
  readonly arguments: infer TTypes extends readonly unknown[];
}
  ? number extends TTypes['length']
    ? false
    : TTypes extends ArgumentTypes<TParameters>
      ? false
      : true
  : 'arguments' extends keyof TOptions
    ? false
    : HasUpload<TParameters>;

/**
 * The compiler's check of the option `methods`: every public method is listed, and
 * nothing else, and the `arguments` fit the parameters.
 * The name of the property appears in the compiler's error.
 */
export type CompleteHubMethods<THub, TMethods> = [
  Exclude<HubMethodName<THub>, ListedName<TMethods>>,
] extends [never]
  ? [Exclude<ListedName<TMethods>, HubMethodName<THub>>] extends [never]
    ? [MismatchedName<THub, TMethods>] extends [never]
      ? unknown
      : {
          readonly 'List a fitting schema, stream or undefined for every parameter': MismatchedName<
            THub,
            TMethods
          >;
        }
    : {
        readonly 'Remove the methods that are not public methods of the hub': Exclude<
          ListedName<TMethods>,
          HubMethodName<THub>
        >;
      }
  : {
      readonly 'List every public method of the hub, or make it private or protected': Exclude<
        HubMethodName<THub>,
        ListedName<TMethods>
      >;
    };
