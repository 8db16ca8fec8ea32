import { fileURLToPath } from 'node:url';

/** The repository's shared/ folder. */
const shared = fileURLToPath(new URL('../../../', import.meta.url));

/** Parts of shared/ that run in the browser only or in tests only. */
const notServer = /^lesson-kit\/src\/(page|testing)\/|\/testing\/|\.test\.ts$/;

/** Packages of shared/ that a lesson's server may import. */
const packages = ['protocol', 'server', 'redis', 'azure', 'azure-emulator', 'lesson-kit'];

/** Returns the folders and files that Vite watches for the server of the lesson in `folder`. */
export const watchedPaths = (folder: string): string[] => [
  `${folder}/server`,
  `${folder}/lab/server`,
  `${folder}/contract.ts`,
  ...packages.map((name) => `${normalize(shared)}${name}/src`),
];

/**
 * Returns whether a file is code of the lesson's server, so that the lesson restarts after an edit.
 * Paths may have the separators of any system: Vite reports `/`, and Node on Windows reports `\`.
 * @param folder the lesson's folder.
 * @param sharedFolder the repository's shared/ folder.
 * @example
 * isServerFile('C:\\course\\lessons\\03-basics', 'C:/course/lessons/03-basics/server/hub.ts');
 * // true
 */
export function isServerFile(folder: string, file: string, sharedFolder = shared): boolean {
  const path = normalize(file);
  const inLesson = relativePath(normalize(folder), path);
  if (inLesson !== undefined) return /^(server\/|lab\/server\/|contract\.ts$)/.test(inLesson);
  const inShared = relativePath(normalize(sharedFolder), path);
  if (inShared === undefined || notServer.test(inShared)) return false;
  const [name = '', source] = inShared.split('/');
  return packages.includes(name) && source === 'src' && inShared.endsWith('.ts');
}

/** Windows ignores case in drive letters, and Vite and Node spell them differently. */
const normalize = (path: string): string =>
  path.replaceAll('\\', '/').replace(/^[a-z]:/, (drive) => drive.toUpperCase());

function relativePath(folder: string, path: string): string | undefined {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}
