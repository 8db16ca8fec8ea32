import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsFolder } from './build-site.ts';

/** A Markdown page of the documentation. */
export interface Page {
  /** The path in the folder of the documentation, for example `guides/hosting.md`. */
  readonly file: string;
  readonly text: string;
}

/** Returns all pages. */
export function readPages(): Page[] {
  return readdirSync(docsFolder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^(?!dist|node_modules).*\.md$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(docsFolder, file), 'utf8') }));
}
