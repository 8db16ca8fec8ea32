import { RECORD_SEPARATOR } from '@practical-signalr/protocol';
import type { WireEntry } from './wire-entry.ts';

/** A row of the wire panel. It opens to the decoded message and its bytes. */
export class WireRow {
  readonly element = document.createElement('li');
  readonly button = document.createElement('button');
  readonly entry: WireEntry;
  readonly #body = span('body');
  readonly #time = document.createElement('time');
  #detail: HTMLElement | undefined;
  #isDrawn = false;

  constructor(entry: WireEntry) {
    this.entry = entry;
    const arrow = span(entry.direction);
    arrow.textContent = entry.direction === 'sent' ? '↑' : '↓';
    arrow.setAttribute('role', 'img');
    arrow.setAttribute('aria-label', entry.direction);
    const kind = span(entry.direction);
    kind.textContent = entry.kind;
    this.button.type = 'button';
    this.button.className = 'line';
    this.button.tabIndex = -1; // the list is one Tab stop, and arrow keys move between rows
    this.button.setAttribute('aria-expanded', 'false');
    this.button.append(arrow, kind, this.#body, this.#time);
    this.element.append(this.button);
    this.update();
  }

  /** Draws the row again. Only the status of a request can change. */
  update(): void {
    if (this.#isDrawn && !this.entry.isRequest) return;
    this.#isDrawn = true;
    const { summary, bytes, time } = this.entry;
    const shown = summary.slice(0, 200); // a closed row is one line
    if (this.#body.textContent !== shown) this.#body.textContent = shown;
    const when = `${bytes === 0 ? '' : `${bytes} B · `}${time}`;
    if (this.#time.textContent !== when) this.#time.textContent = when;
  }

  /** Opens or closes the row. */
  toggle(): void {
    const open = this.element.classList.toggle('open');
    this.button.setAttribute('aria-expanded', String(open));
    this.#detail?.remove();
    if (open) this.element.append((this.#detail = this.#describe()));
  }

  #describe(): HTMLElement {
    const { decoded, encoded, pair } = this.entry;
    const detail = document.createElement('div');
    detail.className = 'detail';
    detail.append(block('Decoded', decoded), block('Bytes', encoded));
    if (pair !== undefined) {
      const note = document.createElement('p');
      const [call, answer] =
        pair.number < this.entry.number ? [pair, this.entry] : [this.entry, pair];
      note.textContent = `${call.kind} at ${call.time}, answered by ${answer.kind} ${answer.time}`;
      detail.append(note);
    }
    return detail;
  }
}

function span(className: string): HTMLSpanElement {
  const element = document.createElement('span');
  element.className = className;
  return element;
}

function block(name: string, text: string): HTMLElement {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const pre = document.createElement('pre');
  caption.textContent = name;
  for (const [i, part] of text.split(RECORD_SEPARATOR).entries()) {
    if (i > 0)
      pre.append(
        Object.assign(document.createElement('i'), {
          textContent: 'RS',
          title: 'record separator, 0x1E',
        }),
      );
    pre.append(part);
  }
  pre.tabIndex = 0; // it scrolls
  pre.setAttribute('role', 'region');
  pre.setAttribute('aria-label', name);
  figure.append(caption, pre);
  return figure;
}
