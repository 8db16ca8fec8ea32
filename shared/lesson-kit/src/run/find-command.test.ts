import { expect, test } from 'vitest';
import { findCommand, type Machine } from './find-command.ts';

test('on Windows, a command has an extension of PATHEXT', () => {
  const files = ['C:\\tools\\npm.cmd', 'C:\\tools\\dotnet'];
  const environment = { Path: 'C:\\tools', PATHEXT: '.EXE;.CMD' };
  const windows: Machine = {
    platform: 'win32',
    environment,
    exists: (path) => files.includes(path),
  };
  expect(findCommand('npm', windows)).toBe('C:\\tools\\npm.cmd');
  expect(findCommand('dotnet', windows)).toBeUndefined();
});
