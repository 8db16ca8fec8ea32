import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { docsFolder } from './build-site.ts';

const { entryPoints } = JSON.parse(readFileSync(join(docsFolder, 'typedoc.json'), 'utf8')) as {
  entryPoints: string[];
};

/** Returns the names that an entry point exports. Entry points contain only re-exports. */
function exportedNames(source: string): string[] {
  const lists = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, list = '']) => list);
  return lists
    .join(',')
    .replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '');
}

test('every key of exports of the five packages is an entry point of TypeDoc', () => {
  const files = ['server', 'redis', 'azure', 'azure-emulator', 'protocol'].flatMap((name) => {
    const manifest = readFileSync(join(docsFolder, '..', name, 'package.json'), 'utf8');
    const { exports } = JSON.parse(manifest) as { exports: Record<string, Record<string, string>> };
    return Object.values(exports).map((conditions) => {
      const source = conditions['@practical-signalr/source'] ?? '';
      return `../${name}/${source.slice('./'.length)}`;
    });
  });
  // A new entry point belongs into typedoc.json and into the navigation. Then run `npm run
  // docs:api`.
  expect(entryPoints.toSorted()).toEqual(files.toSorted());
});

test.each(entryPoints)('the API pages are current: %s has the names that it exports', (file) => {
  const page = file.replace(/^\.\.\/|\/index\.ts$/g, '').replace(/\/src(?=\/|$)/, '');
  const text = readFileSync(join(docsFolder, 'reference/api', `${page}.md`), 'utf8');
  const names = [...text.matchAll(/^### (?:`abstract` )?([\w\\]+)/gm)].map(([, name = '']) =>
    name.replaceAll('\\', ''),
  );
  const exported = exportedNames(readFileSync(join(docsFolder, file), 'utf8'));
  expect(exported.length).toBeGreaterThan(0);
  // If this fails, run `npm run docs:api`.
  expect(new Set(names)).toEqual(new Set(exported));
});
