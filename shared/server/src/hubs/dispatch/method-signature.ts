import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errors } from '../../errors.ts';
import type { ArgumentType, HubMethodOptions } from '../hub-method-options.ts';
import { StreamParameter } from '../streams/stream-parameter.ts';
import type { HubMethod } from './hub-method.ts';

type Signature = Pick<HubMethod, 'argumentCount' | 'argumentSchemas' | 'uploads' | 'streams'>;

/** The prototypes of generator functions, which are recognized as streaming methods. */
const generatorPrototypes = [
  Object.getPrototypeOf(async function* () {}),
  Object.getPrototypeOf(function* () {}),
] as object[];

/**
 * The helpers that TypeScript, esbuild, SWC and Babel call in async generators that they compile
 * for runtimes before ES2018.
 */
const COMPILED_GENERATOR = /\b_*(?:wrap_?)?async_?generator\b/i;

/** A function that passes all its arguments on, such as the wrapper of a decorator. */
const PASSES_ARGUMENTS_ON = /\.(?:apply|call)\(\s*\w+\s*,\s*arguments\b|\.\.\.\s*arguments\b/;

/**
 * Returns the parameters of a hub method and whether it returns a stream. Throws if the parameters
 * are not listed in `options` and cannot be counted.
 */
export function readSignature(
  hubName: string,
  name: string,
  run: HubMethod['run'],
  options: Pick<HubMethodOptions, 'arguments' | 'streams'>,
): Signature {
  const source = Function.prototype.toString.call(run);
  const streams =
    options.streams ??
    (generatorPrototypes.some((prototype) => prototype.isPrototypeOf(run)) ||
      COMPILED_GENERATOR.test(source));
  if (options.arguments !== undefined) return { ...describe(options.arguments), streams };
  const isWrapper = run.length === 0 && PASSES_ARGUMENTS_ON.test(source);
  if (isWrapper || hasOptionalParameter(source)) throw errors.argumentsRequired(hubName, name);
  return { argumentCount: run.length, argumentSchemas: undefined, uploads: [], streams };
}

function describe(types: readonly ArgumentType[]): Omit<Signature, 'streams'> {
  const values = types.filter((type) => !(type instanceof StreamParameter)) as (
    | StandardSchemaV1
    | undefined
  )[];
  const uploads = types.flatMap((type, index) =>
    type instanceof StreamParameter ? [{ index, itemSchema: type.itemSchema }] : [],
  );
  const hasSchemas = values.some((type) => type !== undefined);
  const argumentSchemas = hasSchemas ? values : undefined;
  return { argumentCount: values.length, argumentSchemas, uploads };
}

/** The parts of source code that a search for parameters skips, and the brackets. */
const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|`(?:\\[\s\S]|[^`\\])*`|\.\.\.|[()[\]{}=]/g;

/**
 * Returns whether a function has a parameter with a default, or a rest parameter. JavaScript does
 * not count them in `length`.
 */
function hasOptionalParameter(source: string): boolean {
  let depth = 0;
  let isInList = false;
  for (const [token] of source.matchAll(TOKENS)) {
    if (!isInList) {
      // A computed name stands in brackets before the list.
      if (token === '[') depth++;
      else if (token === ']') depth--;
      else if (token === '(' && depth === 0) isInList = true;
      else if (token === '=') return false;
    } else if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) {
      if (depth === 0) return false;
      depth--;
    } else if (depth === 0 && (token === '=' || token === '...')) return true;
  }
  return false;
}
