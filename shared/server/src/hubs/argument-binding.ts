import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errorTexts } from '../error-texts.ts';
import { HubError } from '../hub-error.ts';
import type { HubMethod } from './hub-methods.ts';
import type { UploadStreams } from './upload-streams.ts';

/** Arguments that do not fit a method. Its text reaches clients only with detailed errors. */
export class BindingError extends Error {
  override readonly name = 'InvalidDataException';
}

/** The arguments as the method takes them; a promise only where a schema is asynchronous. Throws {BindingError}. */
export function bindArguments(
  method: HubMethod,
  values: readonly unknown[],
): readonly unknown[] | Promise<readonly unknown[]> {
  if (values.length !== method.argumentCount) {
    throw new BindingError(errorTexts.wrongArgumentCount(values.length, method.argumentCount));
  }
  const schemas = method.argumentSchemas;
  if (schemas === undefined) return values;
  const results = schemas.map(
    (schema, i) => schema?.['~standard'].validate(values[i]) ?? { value: values[i] },
  );
  if (results.some((result) => result instanceof Promise))
    return Promise.all(results.map((result) => Promise.resolve(result))).then(bound);
  return bound(results as StandardSchemaV1.Result<unknown>[]);
}

/** The arguments with the uploads at their places. Throws where the client has opened more or fewer than the method takes. */
export function withUploads(
  method: HubMethod,
  values: readonly unknown[],
  ids: readonly string[] | undefined,
  streams: { readonly uploads: UploadStreams },
): readonly unknown[] {
  const given = ids?.length ?? 0;
  if (given !== method.uploads.length)
    throw new HubError(errorTexts.wrongUploadCount(given, method.uploads.length));
  if (ids === undefined || given === 0) return values;
  const args = [...values];
  for (const [i, { index, itemSchema }] of method.uploads.entries()) {
    args.splice(index, 0, streams.uploads.get(ids[i] as string).checkedBy(itemSchema));
  }
  return args;
}

function bound(results: readonly StandardSchemaV1.Result<unknown>[]): readonly unknown[] {
  return results.map((result) => {
    if (result.issues !== undefined) throw new BindingError(errorTexts.wrongArgumentType);
    return result.value;
  });
}
