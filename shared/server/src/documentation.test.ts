import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AdminOptions } from './admin/index.ts';
import type { JwtBearerOptions } from './authentication/jwt-bearer-options.ts';
import { CONNECTION_TOKEN_LIFETIME } from './connections/tokens/connection-token-options.ts';
import {
  MAXIMUM_EARLY_BYTES,
  MAXIMUM_EARLY_CONNECTIONS,
} from './connections/connection-manager.ts';
import { MAXIMUM_OPEN_POSTS } from './connections/post-queue.ts';
import { MAXIMUM_PAGES, PAGE_SIZE } from './connections/tokens/used-tokens.ts';
import { errors } from './errors.ts';
import type { HealthRouterOptions } from './hosting/health/health-router.ts';
import { MAXIMUM_SEND_BUFFER } from './hosting/mapped-hub.ts';
import { CALL_BUDGET, MAXIMUM_QUEUED, MAXIMUM_WITHOUT_SLOT } from './hubs/connection/call-queue.ts';
import { MAXIMUM_WARNINGS } from './limits/limited-warnings.ts';
import { MAXIMUM_USERS } from './limits/shared-rates.ts';
import { MAXIMUM_BUCKETS } from './limits/token-buckets.ts';
import { MAXIMUM_UNACKNOWLEDGED } from './hubs/connection/message-buffer.ts';
import { READ_BUDGET } from './hubs/reading/read-budget.ts';
import { MAXIMUM_CONCURRENT_MOVES } from './hubs/hand-over/move-limit.ts';
import { MAXIMUM_STREAMS } from './hubs/streams/client-streams.ts';
import { MAXIMUM_UPLOAD_BYTES } from './hubs/streams/upload-memory.ts';
import { MAXIMUM_UPLOADS } from './hubs/streams/upload-streams.ts';
import { MAXIMUM_PENDING_RESULTS } from './scale-out/client-results-manager.ts';
import { defaults } from './server-options.ts';
import type { ClientLimits } from './limits/client-limits.ts';
import { wireMessages } from './wire-messages.ts';

const read = (page: string): string =>
  readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
/** Returns the rows of the tables below a heading of a page, as arrays of cells. */
const rows = (page: string, heading: string): string[][] =>
  (read(page).split(`\n## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
const code = (cell: string | undefined): string => /^`(.*)`$/.exec(cell ?? '')?.[1] ?? '';

test('the tables of options list every option and no other', () => {
  const listed = ['SignalRServer', 'mapHub']
    .flatMap((heading) => rows('reference/options.md', heading))
    .map(([, name]) => code(name).split('.')[0]);
  const serverOptions = [...Object.keys(defaults), 'scaleOut', 'presence'];
  const optionNames = [...serverOptions, 'name', 'methods', 'clientResults'];
  expect(listed.filter((name) => !optionNames.includes(name ?? ''))).toEqual([]);
  expect(optionNames.filter((name) => !listed.includes(name))).toEqual([]);
});

test('the table of options has the defaults of numbers and booleans', () => {
  const defaultCells = new Map(
    rows('reference/options.md', 'SignalRServer').map(([, name, , value]) => [code(name), value]),
  );
  const nested = {
    'longPolling.pollTimeout': 50_000,
    'connectionTokens.lifetime': CONNECTION_TOKEN_LIFETIME,
  };
  expect(defaults.longPolling.pollTimeout).toBe(nested['longPolling.pollTimeout']);
  for (const [name, value] of Object.entries({ ...defaults, ...nested })) {
    if (typeof value === 'number') {
      expect(defaultCells.get(name), name).toBe(value.toLocaleString('en'));
    } else if (typeof value === 'boolean') expect(defaultCells.get(name), name).toBe(String(value));
  }
});

test('the table of limits has every limit with its default', () => {
  const expected: Record<string, number> = {
    'negotiated connections': 0,
    'used connection tokens': MAXIMUM_PAGES * PAGE_SIZE,
    'unopened connections with POSTs': MAXIMUM_EARLY_CONNECTIONS,
    'POSTs of unopened connections': MAXIMUM_EARLY_BYTES,
    'connections that move to another server at the same time': MAXIMUM_CONCURRENT_MOVES,
    'users whose rates are remembered': MAXIMUM_BUCKETS,
    'users in a report of shared rates': MAXIMUM_USERS,
    'warnings of one kind about refused requests': MAXIMUM_WARNINGS,
    'POSTs of an unopened connection, or while its calls wait': defaults.transportMaxBufferSize,
    'open POSTs': MAXIMUM_OPEN_POSTS,
    'time until the handshake': defaults.handshakeTimeout,
    'hub message': defaults.maximumReceiveMessageSize,
    'unfinished hub message': defaults.maximumReceiveMessageSize,
    'WebSocket message and its fragments': 0,
    'bytes that are read at once': READ_BUDGET,
    'queued calls': MAXIMUM_QUEUED,
    'cancellations of queued calls': 2 * MAXIMUM_QUEUED,
    'running calls': defaults.maximumParallelInvocationsPerClient,
    'running calls that have waited for a result of a client': MAXIMUM_WITHOUT_SLOT,
    'calls that start at once': CALL_BUDGET,
    'running streams': MAXIMUM_STREAMS,
    'open uploads': MAXIMUM_UPLOADS,
    'buffered items of an upload': defaults.streamBufferCapacity,
    'buffered items of all uploads': MAXIMUM_UPLOAD_BYTES,
    'pending client results': MAXIMUM_PENDING_RESULTS,
    'data that the client has not read': MAXIMUM_SEND_BUFFER,
    'time without reading': defaults.sendTimeout,
    'unacknowledged messages': MAXIMUM_UNACKNOWLEDGED,
  };
  const [, section = ''] = read('reference/limits.md').split('\n## What a client can make grow\n');
  const listed = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => /^\| (?!resource )/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, , value]) => [name, value]);
  expect(listed).toEqual(
    Object.entries(expected).map(([name, value]) => [name, value.toLocaleString('en')]),
  );
});

/** Options of `limits` that are not limits themselves. */
type HowLimitsWork = 'clientAddress' | 'onRateExceeded' | 'shareRates';

test('the table of limits that you can set has every limit', () => {
  const limits: Record<Exclude<keyof ClientLimits, HowLimitsWork>, true> = {
    connections: true,
    connectionsPerAddress: true,
    connectionsPerUser: true,
    groupsPerConnection: true,
    groupNameLength: true,
    bytesInFlight: true,
    callsPerConnection: true,
    callsPerUser: true,
  };
  const listed = rows('reference/limits.md', 'Limits that you can set').map(([, name]) => name);
  expect(listed).toEqual([
    ...Object.keys(limits).map((name) => `\`${name}\``),
    '`rateLimit` of a method',
  ]);
});

test('the tables of the routers list every option', () => {
  const health: Record<keyof HealthRouterOptions, true> = { detail: true };
  const admin: Record<keyof AdminOptions, true> = { authorize: true, allowedOrigins: true };
  for (const [name, options] of Object.entries({ healthRouter: health, adminRouter: admin })) {
    const table =
      read('reference/options.md').split(`| option of \`${name}\` |`)[1]?.split('\n\n')[0] ?? '';
    const listed = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, option]) => option);
    expect(listed).toEqual(Object.keys(options));
  }
});

test('the table of jwtBearer lists every option', () => {
  // A missing or unknown name does not compile.
  const names: Record<keyof JwtBearerOptions, true> = {
    key: true,
    algorithms: true,
    issuer: true,
    audience: true,
    clockTolerance: true,
    requireExpirationTime: true,
    includeErrorDetails: true,
    events: true,
  };
  const table =
    read('reference/options.md').split('| option of `jwtBearer` |')[1]?.split('\n\n')[0] ?? '';
  const listed = [...table.matchAll(/^\| ((`\w+`(, )?)+) \|/gm)].flatMap(([, cell]) =>
    (cell as string).split(', ').map(code),
  );
  expect(listed.toSorted()).toEqual(Object.keys(names).toSorted());
});

test('the table of errors that clients see quotes messages that exist', () => {
  const sample = (message: string | ((...names: string[]) => string | Error)): string => {
    const value = typeof message === 'string' ? message : message('…', '…');
    return value instanceof Error ? value.message : value;
  };
  const messages = [...Object.values(wireMessages), ...Object.values(errors)].map((message) =>
    sample(message as (...names: string[]) => string | Error),
  );
  const quoted = rows('reference/errors.md', 'Messages that clients see').map(([, message]) =>
    code(message),
  );
  expect(quoted.length).toBeGreaterThan(10);
  expect(quoted.filter((message) => !messages.includes(message))).toEqual([]);
});
