import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import express from 'express';
import MiniSearch from 'minisearch';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildSite, siteFolder } from './build-site.ts';
import { docsRouter } from './docs-router.ts';
import { sidebar } from './sidebar.ts';

beforeAll(() => buildSite());

/** Searches the index of the built site as the search box of VitePress does. */
async function search(query: string): Promise<string[]> {
  const chunks = join(siteFolder, 'assets/chunks');
  const file = readdirSync(chunks).find((name) => name.includes('localSearchIndex')) ?? '';
  const { default: json } = (await import(pathToFileURL(join(chunks, file)).href)) as {
    default: string;
  };
  const index = MiniSearch.loadJSON(json, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
  });
  const boost = { title: 4, text: 2, titles: 1 };
  return index
    .search(query, { fuzzy: 0.2, prefix: true, boost })
    .map(({ id }) => String(id).slice(1));
}

test.each([
  ['cors', 'guides/origins'],
  ['401', 'guides/authentication'],
  ['sticky sessions', 'guides/several-servers'],
  ['pino', 'guides/logging'],
  ['nginx', 'guides/reverse-proxies'],
  ['group members', 'guides/groups'],
  ['private method', 'guides/hubs'],
  ['origin', 'guides/origins'],
  ['minify', 'guides/bundling'],
])('the search finds "%s" among the first five results', async (query, page) => {
  const found = await search(query);
  expect(found.slice(0, 5).map((id) => id.split('#')[0])).toContain(page);
});

/** Serves the site, and returns its address. */
async function serveSite(): Promise<string> {
  const server = createServer(express().use('/docs', docsRouter())).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs`;
}

test('the router serves pages without the extension, assets and copies of linked files', async () => {
  const url = await serveSite();
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`);
  const page = await get('/guides/hosting');
  expect(await page.text()).toContain('<h1 id="hosting"');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect((await get('/reference/api/server')).status).toBe(200); // also a folder
  const file = await get('/repository/CONTRIBUTING.md.txt');
  expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect((await get('/no-such-page')).status).toBe(404);
});

test('the performance page has plots, and the tables as text', () => {
  const page = readFileSync(join(siteFolder, 'reference/performance.html'), 'utf8');
  const plots = [...page.matchAll(/<div role="img" aria-label="([^"]+)" class="ratio-plot">/g)];
  const labels = plots.map(([, label = '']) => label);
  for (const peer of ['aspnetcore', 'floor', 'socketio'])
    expect(labels).toContainEqual(expect.stringContaining(`our server to ${peer}.`));
  expect(/<td[^>]*>W2-echo-16<\/td>/.test(page)).toBe(true);
});

test('names in tables can be broken between their words', () => {
  const html = readFileSync(join(siteFolder, 'reference/options.html'), 'utf8');
  const codes = [...html.matchAll(/<code[^>]*>(.*?)<\/code>/g)].map(([, code]) => code);
  expect(codes).toContain('keep<wbr>Alive<wbr>Interval');
  expect(codes).toContain('connection<wbr>Tokens.<wbr>keys');
  expect(codes).toContain('mapHub(path, hub, options)'); // not in a table
});

test.runIf(hasChromium())('no page is wider than the window of a phone', async () => {
  const url = await serveSite();
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 375, height: 800 } });
  await context.route('**/*.js', (route) => route.abort());
  const page = await context.newPage();
  await page.goto(`${url}/reference/options`);
  // All pages have the same frame, so only their content is replaced. This is quicker than to open
  // each of them.
  const addresses = sidebar.flatMap(({ pages }) => pages.map(([, address]) => url + address));
  const widths = await page.evaluate(async (pageAddresses) => {
    const found: [string, number][] = [];
    for (const address of pageAddresses) {
      const html = await (await fetch(address)).text();
      const content = new DOMParser().parseFromString(html, 'text/html').querySelector('.vp-doc');
      if (content === null) throw new Error(`${address} has no content.`);
      document.querySelector('.vp-doc')?.replaceWith(content);
      found.push([address, document.documentElement.scrollWidth]);
    }
    document.querySelector('.vp-doc')?.append('x'.repeat(500));
    found.push(['a wide page', document.documentElement.scrollWidth]);
    return found;
  }, addresses);
  expect(widths.length).toBeGreaterThan(60);
  const wide = widths.filter(([, width]) => width > 375).map(([address]) => address);
  expect(wide).toEqual(['a wide page']);
});

test('links to lessons open the course home, and links to files open their copies', () => {
  const linksOf = (page: string): string[] => {
    const html = readFileSync(join(siteFolder, `${page}.html`), 'utf8');
    const base = `http://localhost/docs/${page}`;
    const hrefs = [...html.matchAll(/<a href="([^"]+)"/g)];
    return hrefs.map(([, href]) => new URL(href ?? '', base).href.replace('http://localhost', ''));
  };
  expect(linksOf('tutorial/lessons')).toContain('/#lesson-3');
  expect(linksOf('explanation/recordings')).toContain(
    '/docs/repository/shared/conformance/README.md.txt',
  );
});
