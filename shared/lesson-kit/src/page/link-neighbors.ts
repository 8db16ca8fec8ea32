/** The title of each lesson by its number. lesson-config.js defines it. */
declare const LESSON_TITLES: Readonly<Record<number, string>>;

/** Adds links to the previous and next lesson to the bar, and the number of lessons. */
export function linkNeighbors(bar = document.querySelector('.bar')): void {
  const place = bar?.querySelector('.number');
  // Not a lesson, or a <lesson-bar>, which has the links.
  if (!place || place.hasAttribute('data-built')) return;
  const number = Number.parseInt(place.textContent, 10);
  const link = (to: number, before: string, after: string): HTMLAnchorElement[] => {
    const title = LESSON_TITLES[to];
    if (title === undefined) return [];
    const link = document.createElement('a');
    link.href = `/lesson/${to}`; // the server knows whether that lesson runs
    link.textContent = `${before}${to} ${title}${after}`;
    return [link];
  };
  place.textContent = `${number} / ${Object.keys(LESSON_TITLES).length}`;
  bar?.querySelector('nav')?.prepend(...link(number - 1, '← ', ''), ...link(number + 1, '', ' →'));
}
