/**
 * Returns the element of the page with this id.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no element '${id}'.`);
  return found;
}

/**
 * Creates an element. Texts are set as text, never as HTML: clients choose names and ids.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function create(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Sets a text only if it has changed, so that screen readers are not interrupted.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} value */
export const formatNumber = (value) => value.toLocaleString('en');

/**
 * @param {number | null | undefined} duration in ms
 */
export function formatDuration(duration) {
  if (duration === null || duration === undefined) return '–';
  if (duration < 10) return `${duration.toFixed(1)} ms`;
  if (duration < 10_000) return `${Math.round(duration)} ms`;
  return `${Math.round(duration / 1000)} s`;
}

/**
 * @param {number} seconds
 */
export function formatAge(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Characters that are invisible or change the order of the text around them, and half emojis. */
const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Returns a name that a client has chosen as it is shown: invisible characters are escaped, for
 * example `\\u000a`, so that different names look different.
 * @param {string} name
 */
export const showName = (name) =>
  name === ''
    ? '(empty)'
    : name.replace(
        INVISIBLE,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );

/**
 * Changes the rows of a table to these rows. Rows and cells that have not changed stay the same
 * elements, so that they keep the focus, the selection of text, and a click that has begun.
 * @param {HTMLElement} body
 * @param {readonly HTMLTableRowElement[]} rows with a `data-key` each
 */
export function updateRows(body, rows) {
  const hadFocus = body.contains(document.activeElement);
  /** @type {Map<string | undefined, HTMLTableRowElement>} */
  const shown = new Map();
  for (const row of body.querySelectorAll('tr')) {
    // Two hubs may have the same name.
    shown.get(row.dataset['key'])?.remove();
    shown.set(row.dataset['key'], row);
  }
  const updated = rows.map((row) => {
    const old = shown.get(row.dataset['key']);
    if (old === undefined) return row;
    shown.delete(row.dataset['key']);
    updateCells(old, row);
    return old;
  });
  for (const old of shown.values()) old.remove();
  for (const [index, row] of updated.entries())
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
  // The row with the focus has gone. Tab continues at the table instead of the start of the page.
  if (hadFocus && !body.contains(document.activeElement))
    /** @type {HTMLElement | null} */ (body.closest('[tabindex]'))?.focus();
}

/**
 * @param {Element} old
 * @param {Element} row
 */
function updateCells(old, row) {
  for (const [index, cell] of [...row.children].entries())
    if (old.children[index]?.isEqualNode(cell) !== true) old.children[index]?.replaceWith(cell);
}
