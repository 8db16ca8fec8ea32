import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startDotnet } from './start-dotnet.ts';

const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-dotnet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(process.platform === 'win32')(
  'a stopped server leaves no listener on the exit of this process',
  async () => {
    const fake = join(folder, 'dotnet');
    const prints =
      "console.log('Now listening on: http://127.0.0.1:5'); setInterval(() => {}, 1e6);";
    writeFileSync(fake, `#!${process.execPath}\n${prints}`);
    chmodSync(fake, 0o755);
    const before = process.listenerCount('exit');
    const built = { assembly: 'App.dll', folder };
    const path = `${folder}${delimiter}${process.env['PATH']}`;
    const instance = await startDotnet('App', built, { PATH: path });
    expect(process.listenerCount('exit')).toBe(before + 1);
    await instance.close();
    expect(process.listenerCount('exit')).toBe(before);
  },
);
