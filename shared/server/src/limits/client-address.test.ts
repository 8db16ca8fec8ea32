import { expect, test } from 'vitest';
import { type ConnectionRequest, QueryParameters } from '../connections/connection-request.ts';
import { addressKey, forwardedAddress } from './client-address.ts';

const request = (
  headers: ConnectionRequest['headers'],
  remoteAddress = '10.0.0.1',
): ConnectionRequest => ({
  path: '/hub',
  query: new QueryParameters(''),
  params: {},
  headers,
  remoteAddress,
});

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:102:304', '1.2.3.4'],
  ['0:0:0:0:0:ffff:0102:0304', '1.2.3.4'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unix socket', 'unix socket'],
])('the address %s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test('the address comes from the entry of the outermost own proxy', () => {
  const headers = { 'x-forwarded-for': 'forged, 1.1.1.1, 2.2.2.2' };
  expect(forwardedAddress({ proxies: 1 })(request(headers))).toBe('2.2.2.2');
  expect(forwardedAddress({ proxies: 2 })(request(headers))).toBe('1.1.1.1');
});

test('without the header, the address is that of the socket', () => {
  expect(forwardedAddress({ proxies: 1 })(request({}))).toBe('10.0.0.1');
  expect(forwardedAddress({ proxies: 3 })(request({ 'x-forwarded-for': '1.1.1.1' }))).toBe(
    '10.0.0.1',
  );
});

test('the header can have another name', () => {
  const clientAddress = forwardedAddress({ proxies: 1, header: 'CF-Connecting-IP' });
  expect(clientAddress(request({ 'cf-connecting-ip': '3.3.3.3' }))).toBe('3.3.3.3');
});

test.each([
  ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
  ['for=forged, By=10.0.0.2; For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
  ['for="192.0.2.60:4711"', '192.0.2.60'],
  ['for=_hidden', '_hidden'],
  ['proto=https', '10.0.0.1'],
])('of the header Forwarded, the address of the last element is read: %s', (header, address) => {
  const clientAddress = forwardedAddress({ proxies: 1, header: 'Forwarded' });
  expect(clientAddress(request({ forwarded: header }))).toBe(address);
});

test.each([0, -1, 1.5, NaN])('%s proxies are refused', (proxies) => {
  expect(() => forwardedAddress({ proxies })).toThrow(/'?proxies'?/);
});

test.each([
  ['1.2.3.4:50001', '1.2.3.4'],
  ['[2001:db8::1]:50001', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['unknown:1', 'unknown:1'],
])('the port that a proxy adds is removed: %s', (entry, address) => {
  const headers = { 'x-forwarded-for': entry };
  expect(forwardedAddress({ proxies: 1 })(request(headers))).toBe(address);
});
