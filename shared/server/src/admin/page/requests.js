/** The time after which a request for the state has failed, in ms. */
const TIMEOUT = 10_000;
/** The maximum length of a message of the server or a proxy that is shown, in characters. */
const MAXIMUM_MESSAGE = 200;

/**
 * Sends a request to the server, and returns either the JSON of its response or an error.
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<{ readonly body?: unknown, readonly error?: string }>}
 */
async function request(path, init) {
  try {
    // A middleware for the login answers with a redirect if the session has ended.
    const response = await fetch(path, { redirect: 'manual', ...init });
    if (response.type === 'opaqueredirect') return { error: LOGIN_ENDED };
    const isJson = /^application\/json\b/.test(response.headers.get('content-type') ?? '');
    if (!isJson) return { error: await describe(response) };
    const body = await response.json();
    return response.ok ? { body } : { error: String(body.error ?? describeStatus(response)) };
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    return { error: isTimeout ? NO_RESPONSE : NOT_REACHED };
  }
}

const LOGIN_ENDED = 'You are no longer logged in. Reload the page to log in again.';
const NOT_REACHED = 'The server cannot be reached.';
const NO_RESPONSE = `The server has not responded for ${TIMEOUT / 1000} seconds.`;

/** @param {Response} response */
async function describe(response) {
  if (response.status === 401) return LOGIN_ENDED;
  // The pages of proxies and frameworks are HTML.
  const isText = /^text\/plain\b/.test(response.headers.get('content-type') ?? '');
  const message = isText ? (await response.text()).slice(0, MAXIMUM_MESSAGE) : '';
  const status = describeStatus(response);
  if (response.status === 403 && message === 'Forbidden')
    return `${status} Your authorization may have ended. Reload the page to log in again.`;
  return message === '' ? status : `${status} ${message}`;
}

/** @param {Response} response */
const describeStatus = ({ status }) => `The response has status ${status}.`;

/**
 * Loads the state that the page shows.
 * @param {URLSearchParams} query
 * @returns {Promise<{ readonly body?: unknown, readonly error?: string }>}
 */
export const load = (query) => request(`state?${query}`, { signal: AbortSignal.timeout(TIMEOUT) });

/**
 * Sends a command. It has no time limit, because other servers may have to confirm it.
 * @param {string} path
 * @param {object} body
 */
export const post = (path, body) =>
  request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
