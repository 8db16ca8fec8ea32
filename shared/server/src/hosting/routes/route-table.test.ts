import { describe, expect, test } from 'vitest';
import { RouteTable } from './route-table.ts';

function table(...paths: string[]): RouteTable<string> {
  const routes = new RouteTable<string>();
  for (const path of paths) routes.add(path, () => path);
  return routes;
}

test.each([
  ['/chat', '/chat'],
  ['/chat', '/CHAT/'],
  ['/chat', '/%63hat'],
  ['/chät', '/ch%C3%A4t'],
  ['/chät', '/ch%c3%a4t/'],
  ['/chät', Buffer.from('/chät').toString('latin1')],
  ['/ch%C3%A4t', '/ch%C3%A4t'],
  ['/my hub', '/my%20hub'],
  ['/my%20hub', '/my%20hub'],
  ['/100%25', '/100%25'],
  ['/😀', '/%F0%9F%98%80'],
  ['/a:b', '/a:b'],
])('a hub at %s serves %s', (mapped, path) => {
  expect(table(mapped).find(path)).toEqual({ value: mapped, params: {} });
});

test.each([
  ['/a/b', '/a%2fb'],
  ['/b', '/a/../b'],
  ['/b', '/%2e%2e/b'],
  ['/chat', '/chat%00'],
  ['/chat', '/chat%ff'],
  ['/chat', '/chat%'],
  ['/chat', '/chat%E0%A4%A'],
  ['/chat', '//chat'],
  ['/chat', 'chat'],
  ['/chat', '*'],
  ['/chat', '/chat//'],
  ['/100%25', '/100%'],
])('a hub at %s does not serve %s', (mapped, path) => {
  expect(table(mapped).find(path)).toBeUndefined();
});

describe('parameters', () => {
  const tenants = table('/tenants/:tenant/hub', '/tenants/default/hub', '/:a/:b');

  test.each([
    ['/tenants/one/hub', { tenant: 'one' }],
    ['/TENANTS/One/Hub/', { tenant: 'One' }],
    ['/tenants/m%C3%BCller/hub', { tenant: 'müller' }],
    ['/tenants/a%20b/hub', { tenant: 'a b' }],
    ['/tenants/a+b/hub', { tenant: 'a+b' }],
    ['/tenants/100%25/hub', { tenant: '100%' }],
    ['/tenants/%252f/hub', { tenant: '%2f' }],
    ['/tenants/__proto__/hub', { tenant: '__proto__' }],
  ])('%s', (path, params) => {
    expect(tenants.find(path)).toEqual({ value: '/tenants/:tenant/hub', params });
  });

  test.each([
    '/tenants//hub',
    '/tenants/a%2fb/hub',
    '/tenants/a%2Fb/hub',
    '/tenants/a%5cb/hub',
    '/tenants/../hub',
    '/tenants/%2e%2e/hub',
    '/tenants/./hub',
    '/tenants/%00/hub',
    '/tenants/a%0d%0ab/hub',
    '/tenants/%ff/hub',
    '/tenants/%/hub',
    '/tenants/a/b/hub',
    '/x/negotiate',
    '/x/refresh',
  ])('%s is not served', (path) => {
    expect(tenants.find(path)).toBeUndefined();
  });

  test('a segment without a parameter has priority', () => {
    expect(tenants.find('/tenants/DEFAULT/hub')?.value).toBe('/tenants/default/hub');
    expect(table('/:a/x', '/b/:c').find('/b/x')?.value).toBe('/b/:c');
  });

  test('a parameter may be named like a member of every object', () => {
    const { params } = table('/:__proto__').find('/x') ?? {};
    expect(Object.entries(params ?? {})).toEqual([['__proto__', 'x']]);
  });
});

test.each([
  ['chat', 'does not start with a slash'],
  ['/tenants/{tenant}', "because of '{tenant}'"],
  ['/tenants/*', "because of '*'"],
  ['/tenants/:id?', "because of ':id?'"],
  ['/tenants/:', "because of ':'"],
  ['/tenants/:1', "because of ':1'"],
  ['/:a/:a', 'each with its own name'],
  ['/a//b', "because of ''"],
  ['/a/../b', "because of '/a/../b'"],
  ['/a%2fb', "because of '/a%2fb'"],
  ['/a%00', "because of '/a%00'"],
  ['/a%', "because of '/a%'"],
  ['/a?b', "because of 'a?b'"],
])('the path %s is refused', (path, message) => {
  expect(() => table(path)).toThrow(message);
});

test.each([
  ['/chat', '/CHAT/'],
  ['/chät', '/ch%C3%A4t'],
  ['/:a/hub', '/:b/Hub'],
])('%s and %s are the same path', (first, second) => {
  expect(() => table(first, second)).toThrow(`'${second}'`);
});

test('the other segments of a path with a parameter must match, in any case', () => {
  const routes = table('/rooms/:id/chat');
  expect(routes.find('/rooms/1/CHAT')).toEqual({ value: '/rooms/:id/chat', params: { id: '1' } });
  expect(routes.find('/rooms/1/other')).toBeUndefined();
  expect(routes.find('rooms/1/chat')).toBeUndefined();
});

test('the root is a path', () => {
  expect(table('/').find('/')).toEqual({ value: '/', params: {} });
  expect(table('/:id').find('/')).toBeUndefined();
});
