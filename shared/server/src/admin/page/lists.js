/** @import { AdminHub, AdminState } from '../state/admin-state.ts' */
/** @import { AdminList, ConnectionRow, NamedRow } from '../state/admin-list.ts' */
/** @import { HealthReportEntry } from '../../scale-out/health-report.ts' */
import {
  byId,
  create,
  formatAge,
  formatNumber,
  setText,
  showName,
  updateRows,
} from './elements.js';

const badgeClasses = { Healthy: 'good', Degraded: 'warn', Unhealthy: 'bad' };
const heads = {
  connections: ['Connection', 'User', 'Transport', 'Address', 'Open for', 'Groups', 'Actions'],
  groups: ['Group', 'Connections', 'Actions'],
  users: ['User', 'Connections', 'Actions'],
};

/**
 * Shows the hubs and the state of their scale-out.
 * @param {AdminState} state
 */
export function showHubs({ hubs, health }) {
  const badge = byId('health', HTMLElement);
  setText(badge, health.status);
  badge.className = `badge ${badgeClasses[health.status]}`;
  updateRows(
    byId('hubs', HTMLElement),
    hubs.map((hub) => hubRow(hub, health.entries[hub.name])),
  );
}

/**
 * @param {AdminHub} hub
 * @param {HealthReportEntry | undefined} entry
 */
function hubRow({ name, paths, connections, totals }, entry) {
  const status = entry?.status ?? 'Healthy';
  const state = create(
    'td',
    {},
    create('span', { class: `badge ${badgeClasses[status]}` }, status),
  );
  if (entry?.description !== undefined) state.append(create('p', {}, entry.description));
  const { scaleOut = '', ...figures } = entry?.data ?? {};
  const { connections: _shown, ...others } = figures;
  const details = Object.entries(others).map(([key, value]) => `${key} ${value}`);
  return create(
    'tr',
    { 'data-key': name },
    create(
      'th',
      { scope: 'row' },
      create('code', {}, showName(name)),
      create('p', { class: 'figures' }, paths.join(' ')),
    ),
    state,
    create('td', {}, String(scaleOut), create('p', { class: 'figures' }, details.join(', '))),
    ...[connections, totals.calls, totals.errors, totals.failed].map((count) =>
      create('td', { class: 'number' }, formatNumber(count)),
    ),
  );
}

/** The list whose head is shown. */
let shownKind = '';

/**
 * Shows one page of a list.
 * @param {AdminList} list
 * @param {number} now in ms since the epoch
 */
export function showList({ kind, page, pageSize, total, rows }, now) {
  if (kind !== shownKind) {
    shownKind = kind;
    const cells = heads[kind].map((head) => create('th', { scope: 'col' }, head));
    byId('list-head', HTMLElement).replaceChildren(create('tr', {}, ...cells));
  }
  updateRows(
    byId('list-rows', HTMLElement),
    rows.map((row) => ('id' in row ? connectionRow(row, now) : namedRow(row, kind))),
  );
  const pages = Math.max(1, Math.ceil((total ?? 0) / pageSize));
  setText(byId('total', HTMLElement), describeTotal(kind, total));
  setText(byId('page-number', HTMLElement), `Page ${page + 1} of ${pages}`);
  byId('previous', HTMLButtonElement).disabled = page === 0;
  byId('next', HTMLButtonElement).disabled = page + 1 >= pages;
}

/**
 * @param {AdminList['kind']} kind
 * @param {number | null} total
 */
function describeTotal(kind, total) {
  if (total === null) return 'The service keeps the groups. This server does not know them.';
  return `${formatNumber(total)} ${total === 1 ? kind.slice(0, -1) : kind}`;
}

/**
 * @param {ConnectionRow} row
 * @param {number} now
 */
function connectionRow(
  { id, user, transport, protocol, address, openedAt, groups, groupCount },
  now,
) {
  const more = groupCount - (groups?.length ?? 0);
  const names = (groups ?? []).flatMap((group) => [create('code', {}, showName(group)), ' ']);
  return create(
    'tr',
    { 'data-key': `connection ${id}` },
    create('th', { scope: 'row' }, create('code', {}, id)),
    create('td', {}, create('code', {}, user === null ? '–' : showName(user))),
    create('td', {}, transport, create('p', { class: 'figures' }, protocol ?? 'no handshake yet')),
    create('td', {}, address ?? '–'),
    create('td', {}, formatAge(Math.max(0, now - openedAt) / 1000)),
    create('td', {}, ...names, more > 0 ? `and ${more} more` : ''),
    actions('connection', id, true),
  );
}

/**
 * @param {NamedRow} row
 * @param {AdminList['kind']} kind
 */
function namedRow({ name, isShortened, connections }, kind) {
  const target = kind === 'users' ? 'user' : 'group';
  return create(
    'tr',
    { 'data-key': `${target} ${name}` },
    create('th', { scope: 'row' }, create('code', {}, showName(name))),
    create('td', {}, formatNumber(connections)),
    isShortened
      ? create('td', {}, 'The name is too long')
      : actions(target, name, target === 'user'),
  );
}

/**
 * Returns the buttons of a row. `actions.js` handles the clicks.
 * @param {'connection' | 'group' | 'user'} target
 * @param {string} name
 * @param {boolean} canDisconnect
 */
function actions(target, name, canDisconnect) {
  const kinds = canDisconnect ? ['Send', 'Disconnect'] : ['Send'];
  const buttons = kinds.flatMap((text) => {
    const button = create(
      'button',
      { type: 'button', 'aria-label': `${text}: ${target} ${showName(name)}` },
      text,
    );
    button.dataset['action'] = text.toLowerCase();
    button.dataset['target'] = target;
    button.dataset['name'] = name;
    return [button, ' '];
  });
  return create('td', {}, ...buttons);
}
