import { findCommand, type Machine, thisMachine } from '../run/find-command.ts';

/**
 * The names of Chromium on the PATH, in order of priority. The shell without windows has the same
 * engine and needs about a fifth less CPU time.
 */
const commands = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

/** The paths of installers that add nothing to the PATH. */
function usualPlaces({ platform, environment }: Machine): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform !== 'win32') return [];
  return ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) => {
    const folder = environment[name];
    if (folder === undefined) return [];
    return [
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ];
  });
}

/**
 * Returns the browser of the tests: `CHROMIUM_PATH`, a browser on the PATH, or an installed Chrome
 * or Edge, in this order. Returns undefined if there is none.
 */
export function findChromium(machine: Machine = thisMachine): string | undefined {
  const named = machine.environment['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return machine.exists(named) ? named : undefined;
  for (const command of commands) {
    const found = findCommand(command, machine);
    if (found !== undefined) return found;
  }
  return usualPlaces(machine).find((path) => machine.exists(path));
}
