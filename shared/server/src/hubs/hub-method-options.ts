import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../authentication/authorization.ts';
import type { StreamParameter } from './streams/stream-parameter.ts';

/**
 * The type of one parameter of a hub method: a schema that validates the value, `stream` or
 * `streamOf(schema)` for an upload, or undefined to accept any value.
 */
export type ArgumentType = StandardSchemaV1 | StreamParameter | undefined;

/**
 * Options of one hub method, for what a JavaScript class cannot declare.
 * @example
 * signalr.mapHub('/chat', ChatHub, {
 *   methods: { sendMessage: { arguments: [z.string().max(1000)], authorize: { roles: ['writer'] } } },
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
   * Default: as many arguments as the function declares, of any type, and no uploads.
   * @example
   * { arguments: [z.string(), streamOf(z.number())] }
   */
  readonly arguments?: readonly ArgumentType[];
  /**
   * The rule that a caller must satisfy, in addition to the rule of the hub.
   * Default: anyone who may connect may call the method. Source: `AuthorizeAttribute`.
   */
  readonly authorize?: Authorize;
}

/** The names of the methods that a hub class declares itself, without the hooks of `Hub`. */
export type HubMethodName<THub> = Exclude<
  {
    [TName in keyof THub]: THub[TName] extends (...args: never) => unknown ? TName : never;
  }[keyof THub],
  'onConnected' | 'onAuthenticationRefreshed' | 'onDisconnected' | symbol | number
>;
