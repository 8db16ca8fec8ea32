import { errors } from '../errors.ts';

/**
 * A generated section of a Markdown page. The name is in the first group, the content in the
 * second.
 */
const SECTION = /<!-- generated: ([\w-]+) -->([^]*?)<!-- end of generated -->/g;

/**
 * Returns a page with new content in its generated sections. A section is between the comments
 * `<!-- generated: NAME -->` and `<!-- end of generated -->`. The rest of the page stays. Content
 * whose section is not on this page is ignored.
 * @param contents the new content of each section, by name.
 * @throws Error if the page has a section without content.
 * @example writeFileSync(file, replaceSections(readFileSync(file, 'utf8'), { results: table }));
 */
export function replaceSections(page: string, contents: Readonly<Record<string, string>>): string {
  return page.replaceAll(SECTION, (_section, name: string) => {
    const content = contents[name];
    if (content === undefined) throw errors.unknownSection(name);
    return `<!-- generated: ${name} -->\n\n${content}\n\n<!-- end of generated -->`;
  });
}

/**
 * Returns the content of a generated section, without the empty lines around it.
 * @throws Error if the page has no section of this name.
 */
export function readSection(page: string, name: string): string {
  const section = [...page.matchAll(SECTION)].find((match) => match[1] === name);
  if (section === undefined) throw errors.missingSection(name);
  return (section[2] ?? '').trim();
}

/** Returns the parts of a page that are written by hand. */
export const handwrittenParts = (page: string): string => page.replaceAll(SECTION, '');
