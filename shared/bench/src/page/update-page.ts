import { errorTexts } from '../error-texts.ts';

const startOf = (name: string): string => `<!-- results: ${name} -->`;
const END = '<!-- end of results -->';

/**
 * Returns a page with new generated sections. They are between `<!-- results: NAME -->` and
 * `<!-- end of results -->`; the rest of the page stays.
 * @param sections the new sections by name.
 * @throws Error if the page names a section that does not exist.
 */
export function updatePage(page: string, sections: Readonly<Record<string, string>>): string {
  return page.replaceAll(
    /<!-- results: ([\w-]+) -->[^]*?<!-- end of results -->/g,
    (_match, name: string) => {
      const section = sections[name];
      if (section === undefined) throw new Error(errorTexts.unknownSection(name));
      return `${startOf(name)}\n\n${section}\n\n${END}`;
    },
  );
}

/** Returns the parts of a page that are written by hand. */
export const handwrittenParts = (page: string): string =>
  page.replaceAll(/<!-- results: [\w-]+ -->[^]*?<!-- end of results -->/g, '');
