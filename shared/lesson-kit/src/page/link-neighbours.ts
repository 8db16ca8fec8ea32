/** The title of each lesson by its number, in order; lesson-config.js puts it in. */
declare const LESSON_TITLES: Readonly<Record<number, string>>;

/** Puts links to the lessons before and after into the page's bar, and how many lessons there are behind its number. */
export function linkNeighbours(bar = document.querySelector('.bar')): void {
  const place = bar?.querySelector('.number');
  if (!place || place.hasAttribute('data-built')) return; // not a lesson, or a <lesson-bar>, which has the links
  const number = Number.parseInt(place.textContent, 10);
  const link = (to: number, before: string, after: string): HTMLAnchorElement[] => {
    const title = LESSON_TITLES[to];
    if (title === undefined) return [];
    const made = document.createElement('a');
    made.href = `/lesson/${to}`; // the server knows whether that lesson runs
    made.textContent = `${before}${to} ${title}${after}`;
    return [made];
  };
  place.textContent = `${number} / ${Object.keys(LESSON_TITLES).length}`;
  bar?.querySelector('nav')?.prepend(...link(number - 1, '← ', ''), ...link(number + 1, '', ' →'));
}
