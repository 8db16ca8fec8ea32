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
