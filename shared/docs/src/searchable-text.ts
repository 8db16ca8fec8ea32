/**
 * Returns the part of a page that the search index contains: everything, but of the API only the
 * names and their first sentences. The members of all classes would hide the guides.
 */
export function searchableText(text: string, { relativePath }: { relativePath: string }): string {
  if (!relativePath.startsWith('reference/api/')) return text;
  const sections = text.matchAll(/^### (?:.+)\n\n(?:(?!>|#).+\n)*/gm);
  const [title = ''] = /^# .+\n/.exec(text) ?? [];
  return [title, ...[...sections].map(([section]) => section)].join('\n');
}
