import { byId, create, setText, showName } from './elements.js';
import { post } from './requests.js';

const target = byId('target', HTMLSelectElement);
const name = byId('name', HTMLInputElement);
const method = byId('method', HTMLInputElement);
const argumentsField = byId('arguments', HTMLTextAreaElement);
const result = byId('result', HTMLElement);
const listResult = byId('list-result', HTMLElement);
const dialog = byId('confirm', HTMLDialogElement);
/**
 * The name that a button has written into the field. The field shows it in another form if it
 * contains line breaks, which a field cannot hold, or invisible characters.
 */
let prepared = { name: '', shown: '' };
/** Whether a message is being sent. A second click must not send it twice. */
let isSending = false;

/**
 * Makes the buttons and the form work.
 * @param {() => string} selectedHub
 * @param {() => void} onChanged called when clients were disconnected
 */
export function startActions(selectedHub, onChanged) {
  target.addEventListener('change', showNameField);
  showNameField();
  name.addEventListener('input', () => (prepared = { name: '', shown: '' }));
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

function showNameField() {
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
  prepared = { name: value, shown: showName(value) };
  name.value = prepared.shown;
  showNameField();
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
  if (isSending) return;
  isSending = true;
  setText(result, 'Sending…');
  const to = name.value === prepared.shown ? prepared.name : name.value;
  const body = { hub, target: target.value, name: to, method: method.value, args };
  const { error } = await post('send', body);
  isSending = false;
  setText(result, error === undefined ? '● Sent' : `✕ ${error}`);
}

/**
 * @param {string} hub
 * @param {string} kind
 * @param {string} value
 * @param {() => void} onChanged
 */
async function disconnect(hub, kind, value, onChanged) {
  const text = kind === 'user' ? 'all connections of the user ' : 'the connection ';
  byId('confirm-text', HTMLElement).replaceChildren(
    `Disconnect ${text}`,
    create('code', {}, showName(value)),
    '? The client does not reconnect by itself.',
  );
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (dialog.returnValue !== 'yes') return;
  setText(listResult, 'Disconnecting…');
  const answer = await post('disconnect', { hub, target: kind, name: value });
  const { disconnected, scope } = /** @type {{ disconnected?: number, scope?: string }} */ (
    answer.body ?? {}
  );
  const others = scope === 'all Node servers' ? ', and those on other Node servers' : '';
  const done = `● Disconnected on this server: ${disconnected}${others}`;
  setText(listResult, answer.error === undefined ? done : `✕ ${answer.error}`);
  onChanged();
}
