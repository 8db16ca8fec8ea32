import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Authorize } from '../../authentication/authorization.ts';
import type { RateLimit } from '../../limits/client-limits.ts';
import type { Hub } from '../hub.ts';

/** An upload parameter of a hub method. */
export interface UploadParameter {
  /** The position among all parameters. */
  readonly index: number;
  readonly itemSchema: StandardSchemaV1 | undefined;
}

/** A hub method that clients can call. */
export interface HubMethod {
  /** The name in the hub class. */
  readonly name: string;
  /** The name by which clients call the method, as it is declared. */
  readonly wireName: string;
  /** The function of the hub class. A subclass that a factory creates may override it. */
  readonly run: (...args: readonly unknown[]) => unknown;
  /** The number of arguments, without uploads. */
  readonly argumentCount: number;
  /** The schemas of the arguments, without uploads. Undefined if no argument has a schema. */
  readonly argumentSchemas: readonly (StandardSchemaV1 | undefined)[] | undefined;
  readonly uploads: readonly UploadParameter[];
  /** Whether the method returns a stream. */
  readonly streams: boolean;
  readonly authorize: Authorize | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/** Calls a method of a hub instance. */
export function callMethod(
  hub: Hub<never>,
  { name, run }: Pick<HubMethod, 'name' | 'run'>,
  args: readonly unknown[],
): unknown {
  const own: unknown = Reflect.get(hub, name);
  const method = typeof own === 'function' ? (own as HubMethod['run']) : run;
  return method.apply(hub, args as unknown[]);
}
