import { defineConfig } from 'vitepress';
import { breakNamesInTables } from '../src/breakable-names.ts';
import { externalFiles } from '../src/external-files.ts';
import { searchableText } from '../src/searchable-text.ts';
import { sidebar } from '../src/sidebar.ts';
import { slugOf } from '../src/slug.ts';

const files = externalFiles();

export default defineConfig({
  title: 'Practical SignalR for Node',
  description: 'A SignalR server for Node: tutorial, guides, reference and explanations.',
  lang: 'en',
  base: '/docs/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  outDir: 'dist/site',
  cacheDir: 'dist/.vitepress-cache',
  cleanUrls: true,
  srcExclude: ['dist/**'],
  rewrites: { 'README.md': 'index.md', 'reference/api/README.md': 'reference/api/index.md' },
  // src/links.test.ts checks all links, also those to files outside this folder.
  ignoreDeadLinks: true,
  markdown: {
    anchor: { slugify: slugOf },
    config(markdown) {
      markdown.core.ruler.push('files', files.rewriteLinks);
      breakNamesInTables(markdown);
    },
  },
  buildEnd: ({ outDir }) => files.copyTo(outDir),
  themeConfig: {
    sidebar: sidebar.map(({ text, pages }) => ({
      text,
      collapsed: text === 'Reference: API',
      items: pages.map(([title, link]) => ({ text: title, link })),
    })),
    nav: [
      { text: 'Tutorial', link: '/tutorial/first-hub' },
      { text: 'Guides', link: '/guides/hubs' },
      { text: 'Reference', link: '/reference/options' },
      { text: 'Explanation', link: '/explanation/architecture' },
    ],
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        // The index does not need the colors of code.
        _render(text, env, markdown) {
          const { highlight } = markdown.options;
          markdown.set({ highlight: null });
          const html = markdown.render(searchableText(text, env), env);
          markdown.set({ highlight });
          return html;
        },
      },
    },
  },
});
