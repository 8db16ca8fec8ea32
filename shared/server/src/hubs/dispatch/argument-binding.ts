import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errors } from '../../errors.ts';
import { quote } from '../../log-messages.ts';
import { formatIssues, formatPaths } from '../../schema-issues.ts';
import type { Invocation } from '../calling-connection.ts';
import type { HubOptions } from '../hub-options.ts';
import type { HubMethod } from './hub-method.ts';
import { isThenable } from '../../promises/is-thenable.ts';
import type { UploadStreams } from '../streams/upload-streams.ts';

/**
 * Validates the arguments and returns the results of the schemas. Returns a promise only if a
 * schema is asynchronous. Throws a `BindingError` if the arguments do not match the method. If
 * their number is wrong, too, throws the error of a type with `isTypeFirst`, otherwise that of the
 * number.
 */
export function bindArguments(
  method: HubMethod,
  { arguments: values, argumentsError: unreadable }: Invocation,
  isTypeFirst: boolean,
): readonly unknown[] | Promise<readonly unknown[]> {
  const isCountKnown = unreadable === undefined || values.length > 0;
  if (isCountKnown && values.length !== method.argumentCount) {
    if (isTypeFirst) checkLeadingArguments(method, values);
    throw errors.argumentCountInvalid(values.length, method.argumentCount);
  }
  if (unreadable !== undefined) throw errors.argumentsUnreadable(unreadable);
  const schemas = method.argumentSchemas;
  if (schemas === undefined) return values;
  const results = validate(schemas, values);
  if (results.some((result) => result instanceof Promise)) {
    return Promise.all(results.map((result) => Promise.resolve(result))).then((settled) =>
      getValues(method, settled),
    );
  }
  return getValues(method, results as StandardSchemaV1.Result<unknown>[]);
}

/**
 * Checks the types of the first arguments, because ASP.NET Core binds the arguments of a JSON
 * message before it knows their number.
 */
function checkLeadingArguments(method: HubMethod, values: readonly unknown[]): void {
  const schemas = method.argumentSchemas?.slice(0, values.length) ?? [];
  const results = validate(schemas, values).map((result) =>
    result instanceof Promise ? { value: undefined } : result,
  );
  getValues(method, results);
}

type Schemas = NonNullable<HubMethod['argumentSchemas']>;

const validate = (schemas: Schemas, values: readonly unknown[]) =>
  schemas.map((schema, i) => {
    const result = schema?.['~standard'].validate(values[i]) ?? { value: values[i] };
    if (!isThenable(result)) return result;
    const pending = Promise.resolve(result);
    // Nobody waits for it if another argument fails first.
    pending.catch(ignoreError);
    return pending;
  });

const ignoreError = (): void => undefined;

/**
 * Returns the arguments with the uploads inserted at their positions. `options` decide whether the
 * client receives the issues of an invalid item. Throws a `HubError` if the number of uploads does
 * not match the method.
 */
export function insertUploads(
  method: HubMethod,
  values: readonly unknown[],
  ids: readonly string[] | undefined,
  streams: { readonly uploads: UploadStreams },
  options: Pick<HubOptions, 'enableDetailedErrors' | 'exposeValidationErrors'>,
): readonly unknown[] {
  const count = ids?.length ?? 0;
  if (count !== method.uploads.length) {
    throw errors.uploadCountInvalid(count, method.uploads.length);
  }
  if (ids === undefined || count === 0) return values;
  const exposesIssues = options.enableDetailedErrors || options.exposeValidationErrors;
  const args = [...values];
  for (const [i, { index, itemSchema }] of method.uploads.entries()) {
    const upload = streams.uploads.get(ids[i] as string);
    args.splice(index, 0, upload.validateWith(itemSchema, exposesIssues));
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
