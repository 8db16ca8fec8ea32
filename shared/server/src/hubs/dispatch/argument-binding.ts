import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errors } from '../../errors.ts';
import { quote } from '../../log-messages.ts';
import { formatIssues, formatPaths } from '../../schema-issues.ts';
import type { Invocation } from '../calling-connection.ts';
import type { HubMethod } from './hub-method.ts';
import type { UploadStreams } from '../streams/upload-streams.ts';

/**
 * Validates the arguments and returns the results of the schemas. Returns a promise only if a schema
 * is asynchronous. Throws a `BindingError` if the arguments do not match the method.
 */
export function bindArguments(
  method: HubMethod,
  { arguments: values, argumentsError: unreadable }: Invocation,
): readonly unknown[] | Promise<readonly unknown[]> {
  if (unreadable !== undefined) throw errors.argumentsUnreadable(unreadable);
  if (values.length !== method.argumentCount) {
    throw errors.argumentCountInvalid(values.length, method.argumentCount);
  }
  const schemas = method.argumentSchemas;
  if (schemas === undefined) return values;
  const results = schemas.map(
    (schema, i) => schema?.['~standard'].validate(values[i]) ?? { value: values[i] },
  );
  if (results.some((result) => result instanceof Promise)) {
    return Promise.all(results.map((result) => Promise.resolve(result))).then((settled) =>
      getValues(method, settled),
    );
  }
  return getValues(method, results as StandardSchemaV1.Result<unknown>[]);
}

/**
 * Returns the arguments with the uploads inserted at their positions. Throws a `HubError` if the
 * number of uploads does not match the method.
 */
export function insertUploads(
  method: HubMethod,
  values: readonly unknown[],
  ids: readonly string[] | undefined,
  streams: { readonly uploads: UploadStreams },
): readonly unknown[] {
  const count = ids?.length ?? 0;
  if (count !== method.uploads.length) {
    throw errors.uploadCountInvalid(count, method.uploads.length);
  }
  if (ids === undefined || count === 0) return values;
  const args = [...values];
  for (const [i, { index, itemSchema }] of method.uploads.entries()) {
    args.splice(index, 0, streams.uploads.get(ids[i] as string).validateWith(itemSchema));
  }
  return args;
}

function getValues(
  method: HubMethod,
  results: readonly StandardSchemaV1.Result<unknown>[],
): readonly unknown[] {
  return results.map((result, i) => {
    if (result.issues === undefined) return result.value;
    const uploadsBefore = method.uploads.filter(({ index }, n) => index <= i + n).length;
    const { issues } = result;
    throw errors.argumentInvalid(
      i + uploadsBefore + 1,
      quote(formatPaths(issues)),
      formatIssues(issues),
    );
  });
}
