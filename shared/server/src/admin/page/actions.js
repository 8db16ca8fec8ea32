import { byId, setText } from './elements.js';

const target = byId('target', HTMLSelectElement);
const name = byId('name', HTMLInputElement);
const method = byId('method', HTMLInputElement);
const argumentsField = byId('arguments', HTMLTextAreaElement);
const result = byId('result', HTMLElement);
const dialog = byId('confirm', HTMLDialogElement);

/**
 * Makes the buttons and the form work.
 * @param {() => string} selectedHub
 * @param {() => void} onChanged called when clients were disconnected
 */
export function startActions(selectedHub, onChanged) {
  target.addEventListener('change', showName);
  showName();
  byId('send', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void send(selectedHub());
  });
  byId('list-rows', HTMLElement).addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    const { action, target: kind = '', name: value = '' } = button.dataset;
    if (action === 'send') prepare(kind, value);
    else void disconnect(selectedHub(), kind, value, onChanged);
  });
}

function showName() {
  const isAll = target.value === 'all';
  byId('name-label', HTMLElement).hidden = isAll;
  name.required = !isAll;
}

/**
 * @param {string} kind
 * @param {string} value
 */
function prepare(kind, value) {
  target.value = kind;
  name.value = value;
  showName();
  method.focus();
}

/** @param {string} hub */
async function send(hub) {
  /** @type {unknown} */
  let args;
  try {
    args = JSON.parse(argumentsField.value);
  } catch {
    // The next check reports it.
  }
  if (!Array.isArray(args)) {
    setText(result, '✕ The arguments are not a JSON array. Example: ["hello", 1]');
    argumentsField.focus();
    return;
  }
  const body = { hub, target: target.value, name: name.value, method: method.value, args };
  const answer = await post('send', body);
  setText(result, answer.error === undefined ? '● Sent' : `✕ ${answer.error}`);
}

/**
 * @param {string} hub
 * @param {string} kind
 * @param {string} value
 * @param {() => void} onChanged
 */
async function disconnect(hub, kind, value, onChanged) {
  const clients = kind === 'user' ? `all connections of the user '${value}'` : `'${value}'`;
  setText(
    byId('confirm-text', HTMLElement),
    `Disconnect ${clients}? The client does not reconnect by itself.`,
  );
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (dialog.returnValue !== 'yes') return;
  const answer = await post('disconnect', { hub, target: kind, name: value });
  const others = answer.scope === 'all Node servers' ? ', and those on other Node servers' : '';
  const done = `● Disconnected on this server: ${answer.disconnected}${others}`;
  setText(result, answer.error === undefined ? done : `✕ ${answer.error}`);
  onChanged();
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<{ error?: string, disconnected?: number, scope?: string }>}
 */
async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.headers.get('content-type') === 'application/json') return await response.json();
    return { error: `The server refused this: ${response.status} ${await response.text()}` };
  } catch {
    return { error: 'The server does not respond. Try again.' };
  }
}
