/**
 * Returns the path and the parameters of a URL or of the target of a request. Unlike `new URL`, it
 * accepts any text: a page of another origin can request `//` from a lesson.
 */
export function readTarget(url: string): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const [target = ''] = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split('#');
  const [path = ''] = target.split('?');
  return { path: path === '' ? '/' : path, query: new URLSearchParams(target.slice(path.length)) };
}
