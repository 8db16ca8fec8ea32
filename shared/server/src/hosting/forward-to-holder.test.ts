import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { type ConnectionRequest, QueryParameters } from '../connections/connection-request.ts';
import { forwardRequestToHolder, forwardUpgradeToHolder } from './forward-to-holder.ts';
import type { MappedHub } from './mapped-hub.ts';

const request = {} as IncomingMessage;
const details = (query: string): ConnectionRequest => ({
  path: '/hub',
  query: new QueryParameters(query),
  params: {},
  headers: {},
  remoteAddress: undefined,
});

/** A hub of the process 'this', which holds the token 'own' and can read the others. */
function createHub(hasForwarder = true) {
  const forwarded: string[] = [];
  const issued: Record<string, object> = {
    stateful: { issuer: 'other', useStatefulReconnect: true },
    plain: { issuer: 'other', useStatefulReconnect: false },
    closed: { issuer: 'this', useStatefulReconnect: true },
  };
  const forwarder = {
    issuer: 'this',
    forwardRequest: (issuer: string) => forwarded.push(`request ${issuer}`),
    forwardUpgrade: (issuer: string) => forwarded.push(`upgrade ${issuer}`) > 0,
  };
  const hub = {
    connections: {
      find: (token: string) => (token === 'own' ? {} : undefined),
      readIssued: (token: string) => issued[token],
    },
    options: { forwarder: hasForwarder ? forwarder : undefined },
  } as unknown as MappedHub;
  return {
    forwarded,
    forwardRequest: (query: string) =>
      forwardRequestToHolder(hub, details(query), request, {} as ServerResponse),
    forwardUpgrade: (query: string) =>
      forwardUpgradeToHolder(hub, details(query), request, {} as Duplex, Buffer.alloc(0)),
  };
}

test.each(['', 'id=', 'id=own', 'id=closed', 'id=unknown'])(
  'this process answers a request with the query %j',
  (query) => {
    const { forwarded, forwardRequest, forwardUpgrade } = createHub();
    expect([forwardRequest(query), forwardUpgrade(query)]).toEqual([false, false]);
    expect(forwarded).toEqual([]);
  },
);

test('a request reaches the process that issued its token', () => {
  const { forwarded, forwardRequest } = createHub();
  expect([forwardRequest('id=plain'), forwardRequest('id=stateful')]).toEqual([true, true]);
  expect(forwarded).toEqual(['request other', 'request other']);
});

test('a WebSocket reaches that process only if its client may reconnect', () => {
  const { forwarded, forwardUpgrade } = createHub();
  expect([forwardUpgrade('id=plain'), forwardUpgrade('id=stateful')]).toEqual([false, true]);
  expect(forwarded).toEqual(['upgrade other']);
});

test('a server without workers answers every request itself', () => {
  const { forwardRequest, forwardUpgrade } = createHub(false);
  expect([forwardRequest('id=plain'), forwardUpgrade('id=stateful')]).toEqual([false, false]);
});
