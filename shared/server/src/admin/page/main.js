/** @import { AdminState } from '../state/admin-state.ts' */
import { startActions } from './actions.js';
import { byId, create, formatAge, setText } from './elements.js';
import { showHubs, showList } from './lists.js';
import { showHistory } from './plots.js';

/** The time between two updates, in ms. */
const INTERVAL = 2000;

const hub = byId('hub', HTMLSelectElement);
const search = byId('search', HTMLInputElement);
const problem = byId('problem', HTMLElement);
const query = { list: 'connections', page: 0 };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let generation = 0;

/** Loads and shows the state. Only the latest request counts. */
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
  try {
    const response = await fetch(`state?${parameters}`);
    if (current !== generation) return;
    if (response.ok) show(await response.json());
    else report(`The server refused this: ${response.status} ${await response.text()}`);
  } catch {
    if (current !== generation) return;
    report('The server does not respond. This page tries again.');
  }
  if (!document.hidden) timer = setTimeout(refresh, INTERVAL);
}

/** @param {AdminState} state */
function show(state) {
  problem.hidden = true;
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

/** @param {string} text */
function report(text) {
  problem.hidden = false;
  setText(problem, text);
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
