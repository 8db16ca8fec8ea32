import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The parts of a Markdown token that {@link ExternalFiles} reads and changes. */
interface Token {
  readonly type: string;
  readonly children?: readonly Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** Files of the repository outside this folder that pages link to. */
export interface ExternalFiles {
  /** Replaces links to such files by links to their copies in the site. A rule of markdown-it. */
  readonly rewriteLinks: (state: { tokens: readonly Token[]; env: unknown }) => void;
  /** Copies the files to the folder of the built site. */
  copyTo(folder: string): void;
}

/**
 * Returns the collection of linked files. On a repository host, the relative links of the Markdown
 * files work as they are. In the site, a link to a lesson opens it in the course home, and a link
 * to another file opens a copy of the file.
 */
export function externalFiles(): ExternalFiles {
  const paths = new Set<string>();

  function rewrite(token: Token, page: string): void {
    for (const child of token.children ?? []) rewrite(child, page);
    const href = token.type === 'link_open' ? token.attrGet('href') : null;
    if (href === null || !href.startsWith('.')) return;
    const [target = ''] = href.split('#');
    const path = posix.join('shared/docs', posix.dirname(page), target);
    if (path.startsWith('shared/docs/')) return;
    const [, lesson] = /^lessons\/0(\d)-[^/]+(?:\/README\.md)?\/?$/.exec(path) ?? [];
    if (lesson !== undefined) {
      // A relative link, because VitePress adds the base of the site to other links.
      const toRoot = '../'.repeat(page.split('/').length);
      token.attrSet('href', `${toRoot}#lesson-${lesson}`);
      token.attrSet('target', '_self');
      return;
    }
    paths.add(path);
    token.attrSet('href', `/repository/${path}.txt`); // VitePress adds the base of the site
    token.attrSet('target', '_blank');
  }

  return {
    rewriteLinks({ tokens, env }) {
      const { relativePath = '' } = env as { relativePath?: string };
      for (const token of tokens) rewrite(token, relativePath);
    },
    copyTo(folder) {
      for (const path of paths) {
        const copy = join(folder, 'repository', `${path}.txt`);
        mkdirSync(dirname(copy), { recursive: true });
        cpSync(join(root, path), copy);
      }
    },
  };
}
