/** The name on the page. */
export const name = (): string => document.querySelector<HTMLInputElement>('#name')!.value;

/** A token of the lesson's server for the name on the page. */
export async function getToken(seconds: string, claim = 'sub'): Promise<string> {
  return (await fetch(`/token?${new URLSearchParams({ name: name(), seconds, claim })}`)).text();
}

/** A POST that brings a token in its header. */
export function withToken(token?: string): RequestInit {
  return {
    method: 'POST',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  };
}
