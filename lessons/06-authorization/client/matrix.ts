import { type ObservedRequest, showState, type StateKind } from '@practical-signalr/lesson-kit/client';
import { HttpTransportType, HubConnectionBuilder, type IHttpConnectionOptions, LogLevel } from '@microsoft/signalr';
import { getToken } from './token.ts';

const hubs = ['broken', 'fixed', 'anonymous'];
const transports: Record<string, IHttpConnectionOptions> = {
  Automatic: {},
  WebSockets: { transport: HttpTransportType.WebSockets },
  'WebSockets, skipNegotiation': { transport: HttpTransportType.WebSockets, skipNegotiation: true },
  'Server-Sent Events': { transport: HttpTransportType.ServerSentEvents },
  'Long Polling': { transport: HttpTransportType.LongPolling },
};
const tokens: Record<string, () => string | Promise<string>> = {
  good: () => getToken('60'),
  missing: () => '',
  bad: () => 'testing', // the course's own value
  expired: () => getToken('-1'),
};
const opened: Record<string, string> = {
  websocket: 'WebSockets',
  'event stream': 'Server-Sent Events',
  poll: 'Long Polling',
};

/** One connection with one token: what came of it, and all that it asked for. */
async function attempt(hub: string, transport: string, token: string, cell: HTMLElement): Promise<void> {
  const accessTokenFactory = tokens[token]!;
  const options = { ...transports[transport], accessTokenFactory };
  const connection = new HubConnectionBuilder()
    .withUrl(`/${hub}/messages`, options)
    .configureLogging(LogLevel.None)
    .build();
  const last = (await journal(0)).at(-1)?.number ?? 0;
  try {
    await connection.start();
    const user = await connection.invoke<string | null>('WhoAmI');
    const requests = await journal(last);
    const used = requests.findLast(({ kind, status = 200 }) => kind in opened && status < 300)!;
    const name = opened[used.kind]!;
    const text = transport === 'Automatic' && name !== 'WebSockets' ? `looks healthy: ${name}` : name;
    const doubtful = text !== name || user === null;
    show(cell, doubtful ? 'warn' : 'good', text, `user ${user ?? 'nobody'}`, requests);
  } catch (error) {
    show(cell, 'bad', 'start() rejects', (error as Error).message, await journal(last));
  } finally {
    await connection.stop();
  }
}

/** The server's own notes: the browser hides the status of a refused WebSocket. */
async function journal(since: number): Promise<ObservedRequest[]> {
  return (await fetch(`/requests?since=${since}`)).json() as Promise<ObservedRequest[]>;
}

function show(cell: HTMLElement, kind: StateKind, text: string, detail: string, requests: ObservedRequest[]): void {
  const badge = element('span', text);
  badge.className = `badge ${kind}`;
  const steps = element('ol', '');
  steps.className = 'steps';
  for (const { method, kind: step, status, tokenIn } of requests) {
    steps.append(element('li', `${method} ${step} ${status ?? 'waiting'} · token: ${tokenIn}`));
  }
  cell.replaceChildren(badge, element('p', detail), steps);
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

const run = document.querySelector<HTMLButtonElement>('#run')!;
run.addEventListener('click', async () => {
  run.disabled = true;
  const body = document.querySelector<HTMLTableSectionElement>('#matrix')!;
  body.replaceChildren();
  for (const token of Object.keys(tokens)) {
    for (const transport of Object.keys(transports)) {
      const row = body.insertRow();
      row.append(Object.assign(element('th', `${transport}, ${token} token`), { scope: 'row' }));
      showState('warn', `${row.rowIndex} of 20: ${transport}, ${token} token`, '#progress');
      for (const hub of hubs) await attempt(hub, transport, token, row.insertCell());
    }
  }
  showState('good', 'Done: 60 connections', '#progress');
  run.disabled = false;
});

// What the fixed file has and the broken one has not.
const [broken = '', fixed = ''] = await Promise.all(
  ['broken', 'fixed'].map(async (name) => (await fetch(`/source/${name}`)).text()),
);
const before = broken.trimEnd().split('\n');
for (const line of fixed.trimEnd().split('\n')) {
  const same = line === before[0];
  if (same) before.shift();
  const shown = element('span', line);
  shown.className = same ? 'same' : 'add';
  document.querySelector('#difference')!.append(shown);
}
