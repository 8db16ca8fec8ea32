import type { RedisView } from '@practical-signalr/redis/local';

const body = document.querySelector<HTMLTableSectionElement>('#channels')!;

/** One row for each channel of Redis: who hears it, and how many messages it carried. */
export function drawChannels(channels: RedisView['channels']): void {
  const most = Math.max(1, ...channels.map(({ messages = 0 }) => messages));
  body.replaceChildren(
    ...channels.map(({ name, subscribers, messages }) => {
      const row = document.createElement('tr');
      row.append(Object.assign(document.createElement('th'), { scope: 'row', className: 'code', textContent: name }));
      row.insertCell().textContent = String(subscribers);
      const count = row.insertCell();
      count.className = 'share';
      count.textContent = messages === undefined ? 'not counted' : String(messages);
      count.style.setProperty('--share', String((messages ?? 0) / most));
      return row;
    }),
  );
}
