import { observeWire } from './observe-wire.ts';
import { type WireEntry, WireLog } from './wire-log.ts';

/** Rows that are drawn; the log keeps more, and copying takes all of them. */
const DRAWN = 200;

/** `<wire-panel>`: every request and frame of the page, decoded. */
export class WirePanel extends HTMLElement {
  readonly #log = new WireLog(() => performance.now());
  #paused = false;
  #on = true;
  #filter = '';
  #drawing = false;
  #list!: HTMLOListElement;
  #count!: HTMLElement;

  connectedCallback(): void {
    this.className = 'card wire';
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', 'Wire');
    this.innerHTML = `
      <header><h2>Wire</h2><small data-count>nothing yet</small></header>
      <div class="row">
        <button data-pause aria-pressed="false">Pause</button><button data-clear>Clear</button><button data-copy>Copy</button>
        <label class="row"><input type="checkbox" data-on checked /> On</label>
        <input placeholder="Filter" aria-label="Filter the wire" data-filter />
      </div>
      <ol tabindex="0" aria-label="Frames, oldest first"></ol>`;
    this.#list = this.querySelector('ol') as HTMLOListElement;
    this.#count = this.querySelector('[data-count]') as HTMLElement;
    this.#button('[data-pause]', (button) => {
      this.#paused = !this.#paused;
      button.setAttribute('aria-pressed', String(this.#paused));
      button.textContent = this.#paused ? 'Go on' : 'Pause';
      this.#draw();
    });
    this.#button('[data-clear]', () => {
      this.#log.clear();
      this.#draw();
    });
    this.#button('[data-copy]', () => void navigator.clipboard.writeText(this.#shown().map(asText).join('\n')));
    const on = this.querySelector('[data-on]') as HTMLInputElement;
    on.addEventListener('change', () => {
      this.#on = on.checked;
      this.#list.hidden = !this.#on;
      if (this.#on) this.#draw();
    });
    if (window.matchMedia('(max-width: 900px)').matches) on.click(); // folded on a phone
    const filter = this.querySelector('[data-filter]') as HTMLInputElement;
    filter.addEventListener('input', () => {
      this.#filter = filter.value.toLowerCase();
      this.#draw();
    });
    observeWire(this.#log, () => this.#changed(), isOurs);
  }

  #button(selector: string, onClick: (button: HTMLButtonElement) => void): void {
    const button = this.querySelector(selector) as HTMLButtonElement;
    button.addEventListener('click', () => onClick(button));
  }

  #shown(): WireEntry[] {
    if (this.#filter === '') return this.#log.entries;
    return this.#log.entries.filter((entry) => asText(entry).toLowerCase().includes(this.#filter));
  }

  #changed(): void {
    if (this.#paused || !this.#on || this.#drawing) return;
    this.#drawing = true; // at most one drawing for each frame of the screen
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawing = false;
    const entries = this.#shown();
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    this.#count.textContent = `${entries.length} messages · ${(bytes / 1024).toFixed(1)} KB · tokens hidden`;
    this.#list.replaceChildren(...entries.slice(-DRAWN).map(row));
    this.#list.scrollTop = this.#list.scrollHeight;
  }
}

/** The page's own requests; those of Vite are not the lesson's. */
const isOurs = (url: string): boolean => !/\/@vite|[?&]token=|\.(ts|js|css|html|json)(\?|$)/.test(url);

const time = (entry: WireEntry): string =>
  entry.after === undefined ? `${Math.round(entry.at)} ms` : `+${entry.after.toFixed(1)} ms`;
const asText = (entry: WireEntry): string =>
  `${time(entry)} ${entry.direction} ${entry.kind} ${entry.bytes} B ${entry.body}`;

function row(entry: WireEntry): HTMLLIElement {
  const item = document.createElement('li');
  const arrow = document.createElement('span');
  arrow.className = entry.direction;
  arrow.textContent = entry.direction === 'sent' ? '↑' : '↓';
  arrow.setAttribute('role', 'img');
  arrow.setAttribute('aria-label', entry.direction);
  const kind = document.createElement('span');
  kind.className = entry.direction;
  kind.textContent = entry.kind;
  const body = document.createElement('span');
  body.className = 'body';
  body.textContent = entry.body;
  const when = document.createElement('time');
  when.textContent = `${entry.bytes} B · ${time(entry)}`;
  item.append(arrow, kind, body, when);
  const toggle = (): void => void item.classList.toggle('open');
  item.tabIndex = 0;
  item.title = 'Enter opens and closes';
  item.addEventListener('click', toggle);
  item.addEventListener('keydown', (event) => event.key === 'Enter' && toggle());
  return item;
}
