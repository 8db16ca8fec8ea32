import { readFileSync } from 'node:fs';

const entry = new URL('../../src/page/style.css', import.meta.url);

/**
 * Returns the kit's whole stylesheet as one text, for pages that Vite does not build. It is read on
 * each call, so an edit shows at the next reload.
 * @example
 * router.get('/style.css', (_request, response) => {
 *   response.type('css').send(styleSheet());
 * });
 */
export const styleSheet = (): string => inlineImports(entry);

function inlineImports(file: URL): string {
  const text = readFileSync(file, 'utf8');
  return text.replaceAll(/^@import '([^']+)';$/gm, (_rule, path: string) =>
    inlineImports(new URL(path, file)),
  );
}
