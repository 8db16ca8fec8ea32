import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';

const PACKAGE_NAME = '@practical-signalr/azure';

/**
 * Returns the user agent that the SDK sends to the service, for example
 * `@practical-signalr/azure/1.2.0 (Node.js v24.0.0; linux; x64)`. `packageFile` is the package.json
 * of this package, which is one folder above both `src` and `dist`.
 */
export function createUserAgent(packageFile = new URL('../package.json', import.meta.url)): string {
  const version = readVersion(packageFile);
  const product = version === undefined ? PACKAGE_NAME : `${PACKAGE_NAME}/${version}`;
  return `${product} (Node.js ${process.version}; ${platform()}; ${arch()})`;
}

/**
 * Returns the version in this package's package.json. Undefined if the app is bundled into one
 * file: then the package.json may be missing, or be that of the app.
 */
function readVersion(packageFile: URL): string | undefined {
  try {
    const file = readFileSync(packageFile, 'utf8');
    const { name, version } = JSON.parse(file) as { name?: string; version?: string };
    return name === PACKAGE_NAME ? version : undefined;
  } catch {
    return undefined;
  }
}
