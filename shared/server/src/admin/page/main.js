/** @import { AdminState } from '../state/admin-state.ts' */
import { startActions } from './actions.js';
import { byId, create, formatAge, setText } from './elements.js';
import { showHubs, showList } from './lists.js';
import { showHistory } from './plots.js';
import { load } from './requests.js';

/** The time between two updates, in ms. */
const INTERVAL = 2000;

const hub = byId('hub', HTMLSelectElement);
const search = byId('search', HTMLInputElement);
const problem = byId('problem', HTMLElement);
const query = { list: 'connections', page: 0 };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let generation = 0;
/**
 * When the shown state has arrived.
 * @type {Date | undefined}
 */
let shownAt;

/**
 * Loads and shows the state. Only the latest request counts.
 * @returns {Promise<void>}
 */
async function refresh() {
  clearTimeout(timer);
  generation++;
  const current = generation;
  const parameters = new URLSearchParams({
    hub: hub.value,
    list: query.list,
    page: String(query.page),
    search: search.value,
  });
  const { body, error } = await load(parameters);
  if (current !== generation) return;
  if (error === undefined) {
    const state = /** @type {AdminState} */ (body);
    const { page, pageSize, total } = state.list;
    const lastPage = Math.max(0, Math.ceil((total ?? 0) / pageSize) - 1);
    if (page > lastPage) {
      // Clients have disconnected meanwhile, so this page is empty.
      query.page = lastPage;
      return refresh();
    }
    show(state);
  } else {
    report(error);
  }
  if (!document.hidden) timer = setTimeout(refresh, INTERVAL);
}

/** @param {AdminState} state */
function show(state) {
  problem.hidden = true;
  shownAt = new Date();
  showHubNames(state);
  showHubs(state);
  showHistory(state.history, state.now);
  showList(state.list, state.now);
  const memory = Math.round(state.memory / 1024 / 1024);
  setText(byId('process', HTMLElement), `Running for ${formatAge(state.uptime)}, ${memory} MB`);
}

/** @param {AdminState} state */
function showHubNames(state) {
  const names = state.hubs.map(({ name }) => name);
  const shown = [...hub.options].map(({ value }) => value);
  if (names.join('\n') !== shown.join('\n'))
    hub.replaceChildren(...names.map((name) => create('option', { value: name }, name)));
  hub.value = state.hub ?? '';
}

/** @param {string} error */
function report(error) {
  const since = shownAt?.toTimeString().slice(0, 8);
  const age = since === undefined ? '' : ` The page shows the state at ${since}.`;
  problem.hidden = false;
  setText(problem, `${error}${age} This page tries again.`);
  // The last known health would look like the present one.
  const badge = byId('health', HTMLElement);
  setText(badge, 'Unknown');
  badge.className = 'badge idle';
}

/** Shows the first page of a changed list. */
function restart() {
  query.page = 0;
  void refresh();
}

hub.addEventListener('change', restart);
search.addEventListener('input', restart);
for (const button of document.querySelectorAll('[data-list]')) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.addEventListener('click', () => {
    query.list = button.dataset['list'] ?? 'connections';
    for (const other of document.querySelectorAll('[data-list]'))
      other.setAttribute('aria-pressed', String(other === button));
    restart();
  });
}
byId('previous', HTMLButtonElement).addEventListener('click', () => turn(-1));
byId('next', HTMLButtonElement).addEventListener('click', () => turn(1));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
startActions(
  () => hub.value,
  () => void refresh(),
);
void refresh();

/** @param {number} change */
function turn(change) {
  query.page = Math.max(0, query.page + change);
  void refresh();
}
