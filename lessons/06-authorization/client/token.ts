/** A token of the lesson's server for the name on the page. */
export async function getToken(seconds = field('#seconds'), claim = 'sub'): Promise<string> {
  const query = new URLSearchParams({ name: field('#name'), seconds, claim });
  return (await fetch(`/token?${query}`)).text();
}

const field = (selector: string): string =>
  document.querySelector<HTMLInputElement | HTMLSelectElement>(selector)!.value;
