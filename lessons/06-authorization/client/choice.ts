import { HttpTransportType, type IHttpConnectionOptions } from '@microsoft/signalr';
import { getToken } from './token.ts';

export const hubs = ['broken', 'fixed', 'anonymous'];
export const transports: Record<string, IHttpConnectionOptions> = {
  Automatic: {},
  WebSockets: { transport: HttpTransportType.WebSockets },
  'WebSockets, skipNegotiation': { transport: HttpTransportType.WebSockets, skipNegotiation: true },
  'Server-Sent Events': { transport: HttpTransportType.ServerSentEvents },
  'Long Polling': { transport: HttpTransportType.LongPolling },
};
export const tokens: Record<string, () => string | Promise<string>> = {
  good: () => getToken(chosen('seconds')),
  missing: () => '',
  bad: () => 'testing', // the course's own value
  expired: () => getToken('-1'),
};

/** What the form says. It is sent to the page's own address, so that the page connects anew with it. */
export const chosen = (name: string): string => field(name).value;

const field = (name: string): HTMLInputElement | HTMLSelectElement =>
  document.querySelector(`#${name}`)!;

for (const [id, values] of Object.entries({
  hub: hubs,
  transport: Object.keys(transports),
  token: Object.keys(tokens),
})) {
  (field(id) as HTMLSelectElement).append(
    ...values.map((value) => new Option(value, value, false, value === 'fixed')),
  );
}
for (const [name, value] of new URLSearchParams(location.search))
  if (name) field(name).value = value;
