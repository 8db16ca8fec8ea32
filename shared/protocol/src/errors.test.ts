import { expect, test } from 'vitest';
import { errors } from './errors.ts';
import { ProtocolError } from './protocol-error.ts';

// The protocol uses no Node API, and neither do its tests: Vite reads the files.
declare global {
  interface ImportMeta {
    glob(
      pattern: string,
      options: { readonly query: '?raw'; readonly import: 'default'; readonly eager: true },
    ): Record<string, string>;
  }
}
const pages = import.meta.glob('../../docs/reference/errors.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const sources = import.meta.glob('./**/*.ts', { query: '?raw', import: 'default', eager: true });

type ErrorFactory = (...values: unknown[]) => ProtocolError;

const factories = Object.entries(errors as unknown as Record<string, ErrorFactory>);

test.each(factories)('%s is a ProtocolError with a code and a message', (_name, create) => {
  const error = create('sample', 'String', 0);
  expect(error).toBeInstanceOf(ProtocolError);
  expect(error.code).toMatch(/^ERR_SIGNALR_PROTOCOL_[A-Z_]+$/);
  expect(error.message).not.toBe('');
});

test('the documentation lists exactly the codes that exist, each with its cause and cure', () => {
  const [page = ''] = Object.values(pages);
  const section = page.split('\n## Codes of protocol\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(ERR_\w+)` \| (.+) \| (.+) \|$/gm)];
  const codes = new Set(factories.map(([, create]) => create('sample', 'String', 0).code));
  expect(rows.map(([, code]) => code)).toEqual([...codes].toSorted());
});

test('the sources create errors in errors.ts only, so that every error has a code', () => {
  const files = Object.entries(sources).filter(
    ([file]) => !/\.test\.ts$|\/(errors|create-error)\.ts$/.test(file),
  );
  expect(files.length).toBeGreaterThan(10);
  const offenders = files.filter(([, source]) =>
    /\bnew \w*Error\(/.test(source.replace(/\/\*\*[\s\S]*?\*\//g, '')),
  );
  expect(offenders.map(([file]) => file)).toEqual([]);
});
