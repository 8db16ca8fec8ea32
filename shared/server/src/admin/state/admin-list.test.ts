import { expect, test } from 'vitest';
import { ConnectionIndex } from '../../scale-out/connection-index.ts';
import { listRows } from './admin-list.ts';

type Hub = NonNullable<Parameters<typeof listRows>[0]>;

/** A hub with connections that are as little known as during their handshake. */
function createHub(index: ConnectionIndex | undefined, user?: string): Hub {
  const client = user === undefined ? undefined : { userIdentifier: user, openedAt: 5 };
  const live = new Map([[{ connectionId: 'id' }, { client }]]);
  return { name: 'ChatHub', paths: [{ live }], lifetime: { index } } as unknown as Hub;
}

const first = { page: 0, search: '' };

test('without a hub, and without groups, the lists say so', () => {
  expect(listRows(undefined, { kind: 'users', ...first })).toMatchObject({ total: 0, rows: [] });
  const hub = createHub(undefined);
  expect(listRows(hub, { kind: 'groups', ...first })).toMatchObject({ total: null, rows: [] });
  expect(listRows(hub, { kind: 'users', ...first })).toMatchObject({ total: 0, rows: [] });
});

test('a connection before its handshake has no user, transport and protocol', () => {
  const { rows } = listRows(createHub(undefined), { kind: 'connections', ...first });
  expect(rows).toEqual([
    {
      id: 'id',
      user: null,
      transport: '',
      protocol: null,
      address: null,
      openedAt: performance.timeOrigin,
      groups: null,
      groupCount: 0,
    },
  ]);
});

test('long names are shortened, and only some groups of a connection are listed', () => {
  const index = new ConnectionIndex();
  const connection = { connectionId: 'id', userIdentifier: undefined };
  index.add(connection as never);
  for (let i = 0; i < 100; i++) index.join(connection as never, `${i}${'g'.repeat(2000)}`);
  const { rows } = listRows(createHub(index, 'u'.repeat(2000)), { kind: 'connections', ...first });
  const [row] = rows as unknown as readonly {
    user: string;
    groups: string[];
    groupCount: number;
  }[];
  expect(row?.groupCount).toBe(100);
  expect(row?.groups.length).toBeLessThan(100);
  expect(row?.user).toMatch(/^u+…$/);
  expect(row?.groups[0]).toMatch(/^0g+…$/);
  expect(listRows(createHub(index, 'ann'), { kind: 'users', ...first }).rows).toEqual([
    { name: 'ann', isShortened: false, connections: 1 },
  ]);
});
