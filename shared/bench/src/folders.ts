import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package. */
export const benchFolder = fileURLToPath(new URL('../', import.meta.url));
/** The folder of the repository. */
export const repositoryFolder = join(benchFolder, '../..');
/** The folder of what the benchmark builds. It is not committed. */
export const outFolder = join(benchFolder, 'out');
