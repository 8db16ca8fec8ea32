import { decodeUtf8 } from '../../connections/utf8-text.ts';
import { errors } from '../../errors.ts';

/** The values of the parameters of a path, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/** What a path is mapped to, and the values of its parameters. */
export interface RouteMatch<T> {
  readonly value: T;
  readonly params: RouteParams;
}

/** A mapped path with parameters. */
interface Pattern<T> {
  readonly value: T;
  readonly segments: readonly string[];
}

const noParams: RouteParams = Object.freeze({});
/** A path without percent-encoding, so that its segments need no decoding. */
const plainPath = /^[!-$&-~]+$/;
const parameter = /^:([A-Za-z_]\w*)$/;
/**
 * Characters that other routers treat as patterns, or that never occur in the path of a request.
 */
const unsupported = /[*{}?#\\]/;
/** A client cannot use these values, because they follow the path of a hub. */
const reserved = new Set(['negotiate', 'refresh']);

/**
 * The mapped paths of a server. As in ASP.NET Core, a case-insensitive comparison of decoded
 * segments decides, and a trailing slash does not matter.
 */
export class RouteTable<T> {
  readonly #exact = new Map<string, T>();
  #patterns: readonly Pattern<T>[] = [];
  readonly #paths: string[] = [];

  /** The paths as they were added. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  get values(): readonly T[] {
    return [...this.#exact.values(), ...this.#patterns.map(({ value }) => value)];
  }

  /**
   * Adds what `create` returns for the normalized path. Throws if the path is invalid or in use.
   */
  add(path: string, create: (key: string) => T): T {
    const segments = readPattern(path);
    const names = segments.flatMap((segment) => parameter.exec(segment)?.[1] ?? []);
    const shape = (each: readonly string[]): string =>
      keyOf(each.map((segment) => (parameter.test(segment) ? ':' : segment)));
    const isInUse =
      names.length === 0
        ? this.#exact.has(keyOf(segments))
        : this.#patterns.some((pattern) => shape(pattern.segments) === shape(segments));
    if (isInUse) throw errors.pathInUse(path);
    if (new Set(names).size < names.length) throw errors.pathPatternInvalid(path, names.join(', '));
    const value = create(keyOf(segments));
    if (names.length === 0) this.#exact.set(keyOf(segments), value);
    else {
      // A segment without a parameter is preferred, from left to right.
      this.#patterns = [...this.#patterns, { value, segments }].toSorted((a, b) =>
        sortKey(a.segments) < sortKey(b.segments) ? -1 : 1,
      );
    }
    this.#paths.push(path);
    return value;
  }

  /** Returns what the path of a request is mapped to. */
  find(path: string): RouteMatch<T> | undefined {
    if (plainPath.test(path)) {
      const value = this.#exact.get(trimSlash(path).toLowerCase());
      if (value !== undefined) return { value, params: noParams };
      if (this.#patterns.length === 0) return undefined;
    }
    const segments = decodeSegments(path);
    if (segments === undefined) return undefined;
    const value = this.#exact.get(keyOf(segments));
    if (value !== undefined) return { value, params: noParams };
    for (const pattern of this.#patterns) {
      const params = matchPattern(pattern.segments, segments);
      if (params !== undefined) return { value: pattern.value, params };
    }
    return undefined;
  }

  clear(): void {
    this.#exact.clear();
    this.#patterns = [];
    this.#paths.length = 0;
  }
}

const trimSlash = (path: string): string => path.replace(/\/$/, '');
const keyOf = (segments: readonly string[]): string =>
  segments.map((segment) => `/${segment.toLowerCase()}`).join('');
const sortKey = (segments: readonly string[]): string =>
  segments.map((segment) => (parameter.test(segment) ? '1' : '0')).join('');

/**
 * Returns the decoded segments of a path. Undefined if one of them could be mistaken for several
 * segments or for another path: `..`, an encoded slash, control characters, invalid UTF-8.
 */
function decodeSegments(path: string): readonly string[] | undefined {
  const trimmed = trimSlash(path);
  if (trimmed === '') return [];
  if (!trimmed.startsWith('/')) return undefined;
  try {
    const segments = trimmed
      .slice(1)
      .split('/')
      .map((segment) => decodeURIComponent(decodeUtf8(segment)));
    return segments.some((segment) => /^\.{1,2}$|[/\\\x00-\x1f\x7f]/.test(segment))
      ? undefined
      : segments;
  } catch {
    return undefined;
  }
}

/** Returns the segments of a path that is mapped. Throws if it can never be reached. */
function readPattern(path: string): readonly string[] {
  if (!path.startsWith('/')) throw errors.invalidPath(path);
  const encoded = path.replace(/[^\x00-\x7f]/gu, encodeURIComponent);
  const segments = decodeSegments(encoded);
  if (segments === undefined) throw errors.pathPatternInvalid(path, path);
  for (const segment of segments) {
    const isParameter = parameter.test(segment);
    if (segment === '' || (!isParameter && segment.startsWith(':')) || unsupported.test(segment)) {
      throw errors.pathPatternInvalid(path, segment);
    }
  }
  return segments;
}

function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): RouteParams | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = parameter.exec(expected)?.[1];
    if (name === undefined) {
      if (expected.toLowerCase() !== segment.toLowerCase()) return undefined;
    } else {
      const isLast = index === pattern.length - 1;
      if (segment === '' || (isLast && reserved.has(segment.toLowerCase()))) return undefined;
      params.push([name, segment]);
    }
  }
  return Object.fromEntries(params);
}
