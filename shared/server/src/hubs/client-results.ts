import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errorTexts } from '../error-texts.ts';
import type { MethodName } from './client-contract.ts';

/** The types of clients' answers by the names of their methods, with any Standard Schema library. */
export type ClientResultSchemas<TClient> = {
  readonly [TName in MethodName<TClient>]?: StandardSchemaV1;
};

/** Checks what clients answer; their names are found without regard to case, as clients find them. */
export class ClientResultTypes {
  readonly #schemas: ReadonlyMap<string, StandardSchemaV1>;

  constructor(schemas: Readonly<Record<string, StandardSchemaV1 | undefined>> = {}) {
    const given = Object.entries(schemas).filter(
      (entry): entry is [string, StandardSchemaV1] => entry[1] !== undefined,
    );
    this.#schemas = new Map(given.map(([name, schema]) => [name.toLowerCase(), schema]));
  }

  /** The answer as its schema gives it. Rejects where it does not fit. */
  async bind(method: string, answer: Promise<unknown>): Promise<unknown> {
    const result = await answer;
    const schema = this.#schemas.get(method.toLowerCase());
    if (schema === undefined) return result;
    const checked = await schema['~standard'].validate(result);
    if (checked.issues !== undefined) throw new Error(errorTexts.wrongAnswerType(method));
    return checked.value;
  }
}
