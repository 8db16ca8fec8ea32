/**
 * Returns the body of a successful response as text.
 * @throws Error with the status and the body if the response is not successful, so that the text of
 * an error is never taken for the result.
 * @example const token = await fetchText('/token?name=alice');
 */
export async function fetchText(url: string, options?: RequestInit): Promise<string> {
  const response = await fetch(url, options);
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`${url.split('?')[0]} answered ${response.status}: ${text.slice(0, 300)}`);
}
