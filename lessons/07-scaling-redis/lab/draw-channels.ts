/** A channel of a message broker. */
export interface DrawnChannel {
  readonly name: string;
  /** The number of subscribed connections. */
  readonly subscribers: number;
  /** The number of messages. Undefined if they are not counted. */
  readonly messages?: number | undefined;
}

/**
 * Fills a `<table class="outcomes">` with one row for each channel: its name, its subscribers, and
 * its messages as a number and a bar.
 * @param place selector of the table.
 */
export function drawChannels(place: string, channels: readonly DrawnChannel[]): void {
  const table = document.querySelector<HTMLTableElement>(place)!;
  if (table.tHead === null) {
    const head = table.createTHead().insertRow();
    for (const textContent of ['Channel', 'Subscribers', 'Messages']) {
      head.append(Object.assign(document.createElement('th'), { scope: 'col', textContent }));
    }
  }
  const body = table.tBodies[0] ?? table.createTBody();
  const most = Math.max(1, ...channels.map(({ messages = 0 }) => messages));
  body.replaceChildren(
    ...channels.map(({ name, subscribers, messages }) => {
      const row = document.createElement('tr');
      row.append(
        Object.assign(document.createElement('th'), {
          scope: 'row',
          className: 'code',
          textContent: name,
        }),
      );
      row.insertCell().textContent = String(subscribers);
      const count = row.insertCell();
      count.className = 'share';
      count.textContent = messages === undefined ? 'not counted' : String(messages);
      count.style.setProperty('--share', String((messages ?? 0) / most));
      return row;
    }),
  );
}
