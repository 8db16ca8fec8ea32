import { decode } from '@msgpack/msgpack';
import { ServiceMessageType as Type } from '@practical-signalr/azure/service-protocol';
import { expect, test } from 'vitest';
import type { ServiceHub } from '../hubs/service-hub.ts';
import { members } from './group-members.ts';

const ids = ['c', 'a', 'd', 'b'];
const hub = {
  membersOf: (group: string) =>
    group === 'group' ? ids.map((connectionId) => ({ connectionId })) : [],
} as unknown as ServiceHub;

/** Returns the ids of a page, and the token of the next one. */
function pageAfter(continuationToken: string | null): [string, string | null] {
  const query = { type: Type.GroupMemberQuery, groupName: 'group', max: 3, continuationToken };
  const [page, next] = decode(members(hub, query as Parameters<typeof members>[1])) as [
    [string, string | null][],
    string | null,
  ];
  return [page.map(([id]) => id).join(''), next];
}

test('the members of a group are returned page by page, sorted by their ids', () => {
  expect(pageAfter(null)).toEqual(['abc', 'c']);
  expect(pageAfter('c')).toEqual(['d', null]);
  expect(pageAfter('a')).toEqual(['bcd', null]);
});
