/**
 * Escapes a text for HTML elements and attributes.
 * @param {string} text
 * @returns {string}
 */
export const escapeHtml = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
