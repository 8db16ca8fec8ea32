/** The requests that a hub answers below its path. */
export type SubpathAction = 'negotiate' | 'refresh';

/**
 * The path of a hub, a slash, and a segment. A trailing slash is allowed, an empty segment is not.
 */
const subpath = /^(|.*[^/])\/([^/]+)\/?$/;

/**
 * Splits the path of a request to `{hub}/negotiate` or `{hub}/refresh`. As in ASP.NET Core, case
 * and percent encoding do not matter.
 */
export function splitAction(path: string): {
  readonly parentPath: string;
  readonly action: SubpathAction | undefined;
} {
  const [, parentPath = '', segment = ''] = subpath.exec(path) ?? [];
  return { parentPath, action: readAction(segment) };
}

function readAction(segment: string): SubpathAction | undefined {
  let name: string;
  try {
    name = decodeURIComponent(segment).toLowerCase();
  } catch {
    return undefined;
  }
  return name === 'negotiate' || name === 'refresh' ? name : undefined;
}
