import { expect, test } from 'vitest';
import { chooseEndpoint, type RoutedEndpoint } from './endpoint-router.ts';

const endpoint = (name: string, more: Partial<RoutedEndpoint> = {}): RoutedEndpoint => ({
  name,
  type: 'primary',
  isOnline: true,
  clientCount: 0,
  serverCount: 0,
  capacity: 0,
  ...more,
});
const share = (endpoints: RoutedEndpoint[]): string =>
  Array.from({ length: 10 }, (_, i) => chooseEndpoint(endpoints, i / 10)?.name).join('');

test('a secondary endpoint is chosen only while no primary is online', () => {
  const secondary = endpoint('s', { type: 'secondary' });
  expect(share([secondary, endpoint('p')])).toBe('pppppppppp');
  expect(share([secondary, endpoint('p', { isOnline: false })])).toBe('ssssssssss');
  expect(chooseEndpoint([endpoint('p', { isOnline: false })])).toBeUndefined();
});

test('the choice is weighted by free capacity, or uniform if a capacity is unknown', () => {
  const [full, free] = [
    endpoint('a', { capacity: 10, clientCount: 7, serverCount: 2 }),
    endpoint('b', { capacity: 1000 }),
  ];
  expect(share([full, free])).toBe('abbbbbbbbb');
  expect(share([full, endpoint('b')])).toBe('aaaaabbbbb');
});
