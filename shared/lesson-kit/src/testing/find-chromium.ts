import { findCommand, type Machine, thisMachine } from '../run/find-command.ts';

/** The names of Chromium on a PATH, the first that is there counts. */
const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where the installers of Chrome, Edge and Chromium put them when they put nothing on the PATH. */
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

/** The browser of the tests: `CHROMIUM_PATH`, else one on the PATH, else where Chrome and Edge are installed; undefined where there is none. */
export function findChromium(machine: Machine = thisMachine): string | undefined {
  const named = machine.environment['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return machine.exists(named) ? named : undefined;
  for (const command of commands) {
    const found = findCommand(command, machine);
    if (found !== undefined) return found;
  }
  return usualPlaces(machine).find((path) => machine.exists(path));
}
