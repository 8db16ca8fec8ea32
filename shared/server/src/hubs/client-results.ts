import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errors } from '../errors.ts';
import { formatIssues } from '../schema-issues.ts';
import type { MethodName } from './client-contract.ts';

/**
 * Schemas of the results that clients return, by the names of their methods. The schemas may come
 * from any Standard Schema library.
 * @example
 * signalr.mapHub('/chat', ChatHub, { methods: [], clientResults: { getName: z.string() } });
 */
export type ClientResultSchemas<TClient> = {
  readonly [TName in MethodName<TClient>]?: StandardSchemaV1;
};

/** Validates the results of clients. Matches method names case-insensitively, as clients do. */
export class ClientResultTypes {
  readonly #schemas: ReadonlyMap<string, StandardSchemaV1>;

  constructor(schemas: Readonly<Record<string, StandardSchemaV1 | undefined>> = {}) {
    const entries = Object.entries(schemas).filter(
      (entry): entry is [string, StandardSchemaV1] => entry[1] !== undefined,
    );
    this.#schemas = new Map(entries.map(([name, schema]) => [name.toLowerCase(), schema]));
  }

  /** Resolves with the validated result. Rejects if the result does not match its schema. */
  async validate(method: string, pendingResult: Promise<unknown>): Promise<unknown> {
    const result = await pendingResult;
    const schema = this.#schemas.get(method.toLowerCase());
    if (schema === undefined) return result;
    const validated = await schema['~standard'].validate(result);
    if (validated.issues !== undefined) {
      throw errors.clientResultInvalid(typeName(schema), formatIssues(validated.issues));
    }
    return validated.value;
  }
}

/** Returns the schema's own name of its type, which most schema libraries have as `type`. */
function typeName(schema: StandardSchemaV1): string {
  const { type } = schema as { readonly type?: unknown };
  return typeof type === 'string' ? type : 'the type of its schema';
}
