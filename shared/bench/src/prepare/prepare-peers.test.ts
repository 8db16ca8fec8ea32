import { expect, test } from 'vitest';
import { peers } from '../peers/peer-list.ts';
import { preparePeers } from './prepare-peers.ts';

test('a peer that does not build is left out with the output, and the others are prepared', async () => {
  const { peers: prepared, missing } = await preparePeers(peers, (requires) =>
    requires === 'dotnet'
      ? Promise.reject(new Error("'dotnet publish' failed: no network"))
      : Promise.resolve(),
  );
  const names = peers.map(({ name }) => name).filter((name) => name !== 'aspnetcore');
  expect(prepared.map(({ name }) => name)).toEqual(names);
  expect(missing).toEqual([
    "aspnetcore was left out: it could not be built or installed. 'dotnet publish' failed: no network",
  ]);
});
