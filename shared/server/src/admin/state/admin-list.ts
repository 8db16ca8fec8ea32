import type { ServedHub } from '../../hosting/internals/server-internals.ts';

/** The number of rows of a page of a list. */
export const PAGE_SIZE = 50;
/** The maximum number of groups that are shown for one connection. */
const MAXIMUM_GROUPS = 20;
/** The maximum length of the name of a row, in characters. Commands accept it too. */
const MAXIMUM_NAME = 1000;
/** The maximum length of the name of a group in the row of a connection, in characters. */
const MAXIMUM_GROUP_NAME = 100;

/** The lists of the page. */
export const listKinds = ['connections', 'groups', 'users'] as const;
export type ListKind = (typeof listKinds)[number];

/** Which rows to return. */
export interface ListQuery {
  readonly kind: ListKind;
  /** Counted from 0. */
  readonly page: number;
  /** Rows whose id or name contains this text. Empty for all. */
  readonly search: string;
}

/** A connection of this server. */
export interface ConnectionRow {
  readonly id: string;
  readonly user: string | null;
  readonly transport: string;
  /** The hub protocol. Null before the handshake. */
  readonly protocol: string | null;
  readonly address: string | null;
  /** In ms since the epoch. */
  readonly openedAt: number;
  /** The first groups. Null if the groups are not known to this server. */
  readonly groups: readonly string[] | null;
  readonly groupCount: number;
}

/** A group or a user, and its number of connections to this server. */
export interface NamedRow {
  readonly name: string;
  /** Whether `name` is only the beginning of the name. No command can have it as its target. */
  readonly isShortened: boolean;
  readonly connections: number;
}

/** One page of a list. */
export interface AdminList {
  readonly kind: ListKind;
  readonly page: number;
  readonly pageSize: number;
  /** The number of rows on all pages that match the search. Null if it is not known. */
  readonly total: number | null;
  readonly rows: readonly (ConnectionRow | NamedRow)[];
}

/** Returns one page of a list. It copies only the rows of this page. */
export function listRows(hub: ServedHub | undefined, query: ListQuery): AdminList {
  const { kind, page, search } = query;
  const empty = { kind, page, pageSize: PAGE_SIZE, total: 0, rows: [] };
  if (hub === undefined) return empty;
  if (kind === 'connections') return { ...empty, ...listConnections(hub, page, search) };
  if (kind === 'users') return { ...empty, ...listNames(countUsers(hub), page, search) };
  const { index } = hub.lifetime;
  if (index === undefined) return { ...empty, total: null };
  const groups = (function* (): Generator<[string, number]> {
    for (const name of index.groupNames) yield [name, index.group(name)?.size ?? 0];
  })();
  return { ...empty, ...listNames(groups, page, search) };
}

interface Rows<TRow> {
  readonly total: number;
  readonly rows: TRow[];
}

function listConnections(hub: ServedHub, page: number, search: string): Rows<ConnectionRow> {
  const { index } = hub.lifetime;
  return takePage(
    (function* () {
      for (const { live } of hub.paths) yield* live;
    })(),
    ([{ connectionId }, { client }]) =>
      connectionId.includes(search) || (client?.userIdentifier ?? '').includes(search),
    ([context, { client }]) => {
      const groups = index?.groupsOf(context.connectionId);
      return {
        id: context.connectionId,
        user:
          client?.userIdentifier === undefined
            ? null
            : shorten(client.userIdentifier, MAXIMUM_NAME),
        transport: context.transport?.name ?? '',
        protocol: client?.protocol?.name ?? null,
        address: context.request?.remoteAddress ?? null,
        openedAt: performance.timeOrigin + (client?.openedAt ?? 0),
        groups: index === undefined ? null : firstOf(groups ?? []),
        groupCount: groups?.size ?? 0,
      };
    },
    page,
  );
}

const listNames = (
  names: Iterable<readonly [string, number]>,
  page: number,
  search: string,
): Rows<NamedRow> =>
  takePage(
    names,
    ([name]) => name.includes(search),
    ([name, connections]) => ({
      name: shorten(name, MAXIMUM_NAME),
      isShortened: name.length > MAXIMUM_NAME,
      connections,
    }),
    page,
  );

function countUsers(hub: ServedHub): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { live } of hub.paths) {
    for (const { client } of live.values()) {
      const user = client?.userIdentifier;
      if (user !== undefined) counts.set(user, (counts.get(user) ?? 0) + 1);
    }
  }
  return counts;
}

/** Returns the rows of a page of the items that match, and counts all that match. */
function takePage<TItem, TRow>(
  items: Iterable<TItem>,
  matches: (item: TItem) => boolean,
  createRow: (item: TItem) => TRow,
  page: number,
): Rows<TRow> {
  const rows: TRow[] = [];
  let total = 0;
  for (const item of items) {
    if (!matches(item)) continue;
    if (total >= page * PAGE_SIZE && rows.length < PAGE_SIZE) rows.push(createRow(item));
    total++;
  }
  return { total, rows };
}

function firstOf(groups: Iterable<string>): string[] {
  const first: string[] = [];
  for (const group of groups) {
    if (first.length === MAXIMUM_GROUPS) break;
    first.push(shorten(group, MAXIMUM_GROUP_NAME));
  }
  return first;
}

/**
 * Cuts a name off at a maximum length. In many apps, clients choose the names of groups and users,
 * so they may be long.
 */
const shorten = (name: string, maximum: number): string =>
  name.length > maximum ? `${name.slice(0, maximum)}…` : name;
