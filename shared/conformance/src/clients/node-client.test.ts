import * as signalR from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cellName,
  cells,
  type CheckServer,
  forgedToken,
  startCheckServer,
} from './check-server.ts';
import { allPassed, refusal, runClientChecks } from './client-checks.ts';

describe('the official client in Node', () => {
  const messagePack = new MessagePackHubProtocol();
  let server: CheckServer;
  beforeAll(async () => {
    server = await startCheckServer();
  });
  afterAll(() => server.close());

  test.each(cells.map((cell) => [cellName(cell), cell] as const))(
    '%s: all checks pass',
    async (_name, cell) => {
      expect(await runClientChecks(signalR, messagePack, { ...cell, url: server.url })).toEqual(
        allPassed,
      );
    },
  );

  test('MessagePack over Server-Sent Events is refused by the client', async () => {
    const target = {
      url: server.url,
      transport: 'ServerSentEvents',
      protocol: 'messagepack',
    } as const;
    expect(await refusal(signalR, messagePack, target)).toContain(
      "'ServerSentEvents' does not support Binary.",
    );
  });

  test('a forged token is refused on every transport', async () => {
    for (const { transport } of cells) {
      const target = {
        url: server.url,
        transport,
        protocol: 'json',
        token: forgedToken(),
      } as const;
      expect(await refusal(signalR, messagePack, target)).toContain("Status code '401'");
    }
  });
});
