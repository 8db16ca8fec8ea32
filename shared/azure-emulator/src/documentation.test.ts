import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandOptions } from './emulator-command.ts';
import { defaults, resolveEmulatorOptions, serviceModes } from './emulator-options.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const page = read('../../docs/reference/azure-emulator-options.md');
const rows = [...page.matchAll(/^\| `--(\w+)` \| `(\w+)`.*?\| (.*) \| (.*) \|$/gm)];

test('the documentation has a row for every option of the command and of startEmulator', () => {
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(commandOptions));
  const documented = rows.map(([, , option]) => option);
  const onlyInCode = ['pingInterval', 'upstreamTimeout'];
  const undocumented = [...Object.keys(defaults), 'upstream', 'allowedOrigins'].filter(
    (name) => !documented.includes(name) && !onlyInCode.includes(name),
  );
  expect(undocumented).toEqual([]);
  for (const name of onlyInCode) expect(page).toContain(`\`${name}\``);
});

test('startEmulator accepts the service modes as the documentation spells them, in any case', () => {
  const [, , , meaning = '', defaultMode] = rows.find(([, name]) => name === 'mode') ?? [];
  const documented = [...meaning.matchAll(/`(\w+)`/g)].map(([, mode]) => mode);
  expect(documented).toEqual([...serviceModes]);
  expect(defaultMode).toBe(`\`${defaults.serviceMode}\``);
  for (const mode of serviceModes) {
    for (const spelling of [mode, mode.toLowerCase() as Lowercase<typeof mode>]) {
      expect(resolveEmulatorOptions({ serviceMode: spelling }).serviceMode).toBe(mode);
    }
  }
});
