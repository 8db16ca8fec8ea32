import { expect, test } from 'vitest';
import { hubName } from './hub-name.ts';
import { UserGroups } from './user-groups.ts';

test('a user is in several groups until each is left or expires', () => {
  const groups = new UserGroups();
  groups.add('ann', 'a', undefined);
  groups.add('ann', 'b', 10);
  groups.add('ann', 'b', 20); // again, with a new time
  groups.add('bob', 'a', 10);
  expect([groups.groupsOf('ann'), groups.size]).toEqual([['a', 'b'], 3]);
  groups.remove('ann', 'unknown');
  groups.remove('nobody', 'a');
  expect(groups.removeExpired(Date.now() + 15_000)).toMatchObject([{ user: 'bob', group: 'a' }]);
  expect(groups.has('ann', 'b')).toBe(true);
  groups.remove('ann', 'b');
  expect([groups.groupsOf('ann'), groups.groupsOf('bob'), groups.size]).toEqual([['a'], [], 1]);
});

test('beyond 100,000 memberships, the oldest one is removed', () => {
  const groups = new UserGroups();
  for (let i = 0; i <= 100_000; i++) groups.add('ann', `${i}`, undefined);
  expect(groups.size).toBe(100_000);
  expect([groups.has('ann', '0'), groups.has('ann', '1')]).toEqual([false, true]);
});

test.each([
  ['Chat', undefined, 'chat'],
  ['Chat', null, 'chat'],
  ['Chat', '', 'chat'],
  ['Chat', 'Shop', 'shop_chat'],
  ['1', undefined, undefined],
  [null, undefined, undefined],
])('the hub %j of the application %j has the name %j', (hub, application, name) => {
  expect(hubName(hub, application)).toBe(name);
});
