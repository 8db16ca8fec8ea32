const titles = [
  'Overview',
  'SignalR',
  'Basics',
  'Server hubs',
  'HubContext',
  'Authorization',
  'Redis',
  'Azure',
] as const;

/** Puts links to the lessons before and after into the page's bar; its number says which they are. */
export function linkNeighbours(bar = document.querySelector('.bar')): void {
  const number = Number.parseInt(bar?.querySelector('.number')?.textContent ?? '', 10);
  const link = (to: number, before: string, after: string): HTMLAnchorElement[] => {
    const title = titles[to - 1];
    if (title === undefined) return [];
    const made = document.createElement('a');
    made.href = `/lesson/${to}`; // the server knows whether that lesson runs
    made.textContent = `${before}${to} ${title}${after}`;
    return [made];
  };
  bar?.querySelector('nav')?.prepend(...link(number - 1, '← ', ''), ...link(number + 1, '', ' →'));
}
