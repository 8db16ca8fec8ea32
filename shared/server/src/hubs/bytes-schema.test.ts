import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { expect, test } from 'vitest';
import { bytes, Hub, streamOf } from '../index.ts';
import { testServer } from '../testing/index.ts';

class FileHub extends Hub {
  echo(file: Uint8Array): { file: Uint8Array; isBytes: boolean } {
    return { file, isBytes: file instanceof Uint8Array };
  }
  buffer(): Buffer {
    return Buffer.from('hi');
  }
  async size(files: AsyncIterable<Uint8Array>): Promise<number> {
    let size = 0;
    for await (const file of files) size += file.length;
    return size;
  }
}
const methods = {
  echo: { arguments: [bytes] },
  buffer: {},
  size: { arguments: [streamOf(bytes)] },
} as const;

test('bytes are base64 strings in JSON and binary in MessagePack, in both directions', async () => {
  await using server = await testServer((signalr) => signalr.mapHub('/hub', FileHub, { methods }));
  const builder = () =>
    new HubConnectionBuilder().withUrl(`${server.url}/hub`).configureLogging(LogLevel.None);
  const json = builder().build();
  await json.start();
  expect(await json.invoke('Echo', 'AQL/')).toEqual({ file: 'AQL/', isBytes: true });
  expect(await json.invoke('Buffer')).toBe('aGk=');
  for (const bad of ['AQL', 'AQL_', '*', 5, null, { 0: 1 }]) {
    await expect(json.invoke('Echo', bad)).rejects.toThrow('Failed to invoke');
  }
  await json.stop();
  const messagePack = builder().withHubProtocol(new MessagePackHubProtocol()).build();
  await messagePack.start();
  expect(await messagePack.invoke('Echo', Uint8Array.of(1, 2))).toEqual({
    file: Uint8Array.of(1, 2),
    isBytes: true,
  });
  await messagePack.stop();
});
