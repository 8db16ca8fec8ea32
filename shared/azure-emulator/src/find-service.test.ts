import { expect, test } from 'vitest';
import { findService } from './find-service.ts';

const key = 'a key of our own, 32 bytes long!!';
const text = `Endpoint=http://127.0.0.1;Port=9;AccessKey=${key};Version=1.0;`;

test.each([
  'Azure__SignalR__ConnectionString',
  'AZURE__SIGNALR__CONNECTIONSTRING',
  'Azure:SignalR:ConnectionString',
  'ConnectionStrings__Azure__SignalR__ConnectionString',
  'Azure__SignalR__ConnectionString__east__secondary',
])('the service in the environment is found by every name that the SDK reads: %s', async (name) => {
  const found = await findService({ port: 0, environment: { [name]: text } });
  expect(found).toMatchObject({
    endpoint: 'http://127.0.0.1:9',
    environment: {},
    description: 'Azure SignalR Service',
  });
  expect(found.emulator).toBeUndefined();
  expect(JSON.stringify(found)).not.toContain(key);
  await found.close();
});

test('without a service in the environment, an emulator starts', async () => {
  const { emulator, environment, ...found } = await findService({
    port: 0,
    environment: { Azure__SignalR__ConnectionString: '' },
  });
  expect(environment).toEqual({ Azure__SignalR__ConnectionString: emulator?.connectionString });
  expect(found.endpoint).toBe(emulator?.url);
  expect(found.description).toBe(`An emulator of Azure SignalR Service, on port ${emulator?.port}`);
  await expect(findService({ port: emulator?.port ?? 0, environment: {} })).rejects.toThrow(
    /is in use/,
  );
  await found.close();
  await expect(fetch(found.endpoint)).rejects.toThrow('fetch failed');
});

test('an invalid connection string rejects with a message without the key', async () => {
  const environment = { Azure__SignalR__ConnectionString: `Endpoint=nowhere;AccessKey=${key}` };
  const failed = findService({ environment }).catch((error: Error) => error.message);
  expect(await failed).toMatch(/Endpoint|endpoint/);
  expect(await failed).not.toContain(key);
});
