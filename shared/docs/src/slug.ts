/**
 * Returns the anchor of a heading as repository hosts create it, so that a link works there and in
 * the site.
 * @example slugOf('Why `npm start`?') // 'why-npm-start'
 */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
