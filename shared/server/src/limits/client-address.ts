import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { checkCount } from './check-count.ts';

/** The number of 16-bit groups of an IPv6 address that name its network. */
const NETWORK_GROUPS = 4;

/** Options of {@link forwardedAddress}. */
export interface ForwardedAddressOptions {
  /** The number of proxies in front of the server, each of which adds to the header. */
  readonly proxies: number;
  /**
   * The name of the header. Of `Forwarded` (RFC 7239), the parameter `for` is read. Default:
   * `X-Forwarded-For`.
   */
  readonly header?: string;
}

/**
 * Returns a function for `limits.clientAddress` that reads the client's address from the header
 * `X-Forwarded-For`. Clients can write anything at the start of this header, so only the entries of
 * your own proxies count. Ports are removed. Throws if `proxies` is not a positive integer.
 * Source: `ForwardedHeadersOptions.ForwardLimit` of ASP.NET Core.
 * @example
 * { limits: { connectionsPerAddress: 100, clientAddress: forwardedAddress({ proxies: 1 }) } }
 */
export function forwardedAddress({
  proxies,
  header = 'X-Forwarded-For',
}: ForwardedAddressOptions): (request: ConnectionRequest) => string | undefined {
  checkCount('proxies', proxies);
  const name = header.toLowerCase();
  return ({ headers, remoteAddress }) => {
    const entries = [headers[name] ?? []].flat().join(',').split(',');
    const element = entries.at(-proxies)?.trim() ?? '';
    const entry = name === 'forwarded' ? forParameter(element) : element;
    return entry === '' ? remoteAddress : withoutPort(entry);
  };
}

/** Returns the parameter `for` of an element of the header `Forwarded`, or an empty string. */
function forParameter(element: string): string {
  const parameter = element.split(';').find((text) => /^\s*for=/i.test(text)) ?? '';
  return parameter
    .slice(parameter.indexOf('=') + 1)
    .replaceAll('"', '')
    .trim();
}

/**
 * Returns an address without its port, which some proxies add, for example Azure App Service. Each
 * connection of a client has another port.
 */
function withoutPort(entry: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return bracketed;
  const [, address] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry) ?? [];
  return address ?? entry;
}

/**
 * Returns the text by which the connections of an address are counted: an IPv4 address, or the /64
 * network of an IPv6 address, because one client has all addresses of such a network.
 */
export function addressKey(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return address;
  // An address has many spellings. Node has one, and writes a mapped address as ::ffff:1.2.3.4.
  const spelled = new SocketAddress({ address: withoutZone, family: 'ipv6' }).address;
  const mapped = /^::ffff:(.*)$/.exec(spelled)?.[1] ?? '';
  return isIPv4(mapped) ? mapped : ipv6Network(spelled);
}

function ipv6Network(address: string): string {
  const [start = '', end] = address.split('::');
  const groups = start === '' ? [] : start.split(':');
  if (end !== undefined) {
    const endGroups = end === '' ? [] : end.split(':');
    const zeros = Math.max(0, NETWORK_GROUPS * 2 - groups.length - endGroups.length);
    groups.push(...Array.from({ length: zeros }, () => '0'), ...endGroups);
  }
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
