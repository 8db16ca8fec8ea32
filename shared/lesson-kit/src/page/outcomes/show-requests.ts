import type { ObservedRequest } from '../../wire/observe/observed-request.ts';

/**
 * Shows the requests of a connection in an `<ol class="requests">`: status, request, where the
 * token was, and the instance behind a balancer. It keeps
 * the requests that are already there, so that new ones appear one by one.
 * @example showRequests(document.querySelector('#requests')!, requests);
 */
export function showRequests(list: Element, requests: readonly ObservedRequest[]): void {
  list.classList.add('requests');
  const rows = requests.map(({ method, kind, status, failed, tokenIn, servedBy }) => {
    const isRefused = failed === true || Number(status) >= 400;
    const row = document.createElement('li');
    if (isRefused) row.className = 'refused';
    else if (status !== undefined) row.className = 'ok';
    const texts = [
      String(status ?? (failed ? 'failed' : 'waiting')),
      `${method} ${kind}`,
      (tokenIn === 'none' ? 'no token' : `token in ${tokenIn}`) +
        (servedBy === undefined ? '' : ` · ${servedBy}`),
    ];
    row.append(
      ...texts.map((text) => Object.assign(document.createElement('span'), { textContent: text })),
    );
    row.lastElementChild!.className = 'where';
    return row;
  });
  list.replaceChildren(...rows);
}
