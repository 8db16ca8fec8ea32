import { WireRow } from './wire-row.ts';
import { wireLog, wireChanges } from './wire.ts';
import { WireWindow } from './wire-window.ts';
import type { WireEntry } from './wire-entry.ts';

/**
 * `<wire-panel>`: shows every request and frame of the page. Draws at most once per screen frame.
 */
export class WirePanel extends HTMLElement {
  readonly #window = new WireWindow(wireLog);
  readonly #rows = new Map<WireEntry, WireRow>();
  #paused = false;
  #folded = false;
  #drawing = false;
  #focused: WireRow | undefined;

  connectedCallback(): void {
    this.className = 'card wire';
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', 'Wire');
    this.innerHTML = `
      <header>
        <h2><button data-fold aria-expanded="true">Wire</button></h2>
        <small data-count>nothing yet</small>
        <label><input type="checkbox" role="switch" data-on checked /> On</label>
      </header>
      <div data-inside>
        <div class="row">
          <button data-pause aria-pressed="false">Pause</button><button data-clear>Clear</button><button data-copy>Copy</button>
          <input type="search" placeholder="Filter" aria-label="Filter the wire" data-filter />
        </div>
        <button class="more" data-earlier hidden>Earlier messages</button>
        <ol aria-label="Frames, oldest first; arrows go from row to row"></ol>
        <button class="more" data-latest hidden>Back to the newest</button>
      </div>`;
    this.#onClick('[data-fold]', () => this.#fold(!this.#folded));
    this.#onClick('[data-pause]', (button) => {
      this.#paused = !this.#paused;
      this.#window.pause(this.#paused);
      button.setAttribute('aria-pressed', String(this.#paused));
      this.#draw();
    });
    this.#onClick('[data-clear]', () => {
      wireLog.clear();
      this.#window.latest();
      this.#draw();
    });
    this.#onClick('[data-copy]', (button) => void this.#copy(button));
    this.#onClick('[data-earlier]', () => {
      this.#window.earlier();
      this.#draw();
      this.#list.scrollTop = 0;
    });
    this.#onClick('[data-latest]', () => {
      this.#window.latest();
      this.#draw();
    });
    const on = this.#find<HTMLInputElement>('[data-on]');
    on.addEventListener('change', () => {
      wireLog.on = on.checked;
      this.#find('[data-inside]').hidden = this.#folded || !on.checked;
      this.#draw();
    });
    const filter = this.#find<HTMLInputElement>('[data-filter]');
    filter.addEventListener('input', () => {
      this.#window.filter(filter.value);
      this.#draw();
    });
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    this.#list.addEventListener('keydown', (event) => this.#keyPressed(event));
    for (const name of ['wheel', 'touchmove', 'pointerdown']) {
      this.#list.addEventListener(name, this.#scrollsUp, { passive: true });
    }
    new ResizeObserver(() => this.#changed()).observe(this.#list);
    this.#fold(window.matchMedia('(max-width: 900px)').matches); // folded on a phone
    wireChanges.addEventListener('change', this.#changed);
    this.#changed();
  }

  disconnectedCallback(): void {
    wireChanges.removeEventListener('change', this.#changed);
  }

  get #list(): HTMLOListElement {
    return this.#find<HTMLOListElement>('ol');
  }

  #find<TElement extends HTMLElement>(selector: string): TElement {
    return this.querySelector<TElement>(selector) as TElement;
  }

  #onClick(selector: string, handle: (button: HTMLElement) => void): void {
    const button = this.#find(selector);
    button.addEventListener('click', () => handle(button));
  }

  #fold(folded: boolean): void {
    this.#folded = folded;
    this.#find('[data-fold]').setAttribute('aria-expanded', String(!folded));
    this.#find('[data-inside]').hidden = folded || !wireLog.on;
    this.#draw();
  }

  async #copy(button: HTMLElement): Promise<void> {
    const text = this.#window.all.map((entry) => entry.text);
    try {
      await navigator.clipboard.writeText(text.join('\n'));
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Copying is not allowed here';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  }

  #rowOf(target: EventTarget | null): WireRow | undefined {
    const line = (target as Element).closest('.line');
    return [...this.#rows.values()].find(({ button }) => button === line);
  }

  #clicked({ target }: Event): void {
    const row = this.#rowOf(target);
    if (row === undefined) return;
    this.#window.hold(); // keep the row in place while the user reads it
    this.#focus(row);
    row.toggle();
    this.#draw();
  }

  #keyPressed(event: KeyboardEvent): void {
    const row = this.#rowOf(event.target);
    if (row === undefined) return;
    const rows = [...this.#rows.values()];
    const at = rows.indexOf(row);
    if (event.key === 'PageUp') this.#window.hold();
    const next = {
      ArrowDown: rows[at + 1],
      ArrowUp: rows[at - 1],
      Home: rows[0],
      End: rows.at(-1),
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#window.hold();
    this.#focus(next);
    next.button.focus();
    this.#draw();
  }

  /** Makes one row the Tab stop of the list. */
  #focus(row: WireRow | undefined): void {
    if (this.#focused !== undefined) this.#focused.button.tabIndex = -1;
    this.#focused = row;
    if (row !== undefined) row.button.tabIndex = 0;
  }

  /** Stops following if the user scrolls up. Ignores scroll events caused by a resize. */
  readonly #scrollsUp = (event: Event): void => {
    // Otherwise it is the scroll bar.
    const onRow = event.type === 'pointerdown' && event.target !== this.#list;
    if (onRow || (event instanceof WheelEvent && event.deltaY >= 0) || this.#list.scrollTop === 0)
      return;
    if (!this.#window.isLatest) return;
    this.#window.hold();
    this.#draw();
  };

  readonly #changed = (): void => {
    if (this.#drawing || this.#paused) return;
    this.#drawing = true; // one drawing per screen frame, regardless of the number of messages
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  };

  #draw(): void {
    const { length } = this.#window;
    this.#find('[data-count]').textContent = wireLog.on
      ? `${length.toLocaleString('en')} messages · ${(wireLog.bytes / 1024).toFixed(1)} KB · tokens hidden`
      : 'off: nothing is recorded';
    if (this.#folded || !wireLog.on) return;
    this.#find('[data-earlier]').hidden = !this.#window.hasEarlier;
    this.#find('[data-latest]').hidden = this.#window.isLatest;
    const list = this.#list;
    const shown = this.#window.rows;
    const stay = new Set(shown);
    const hasFocus = list.contains(document.activeElement);
    for (const [entry, { element }] of this.#rows) {
      if (stay.has(entry)) continue;
      element.remove();
      this.#rows.delete(entry);
    }
    this.#place(shown);
    const isGone = this.#focused === undefined || !stay.has(this.#focused.entry);
    if (isGone || !hasFocus) this.#focus([...this.#rows.values()].at(isGone && hasFocus ? 0 : -1));
    // The focused row is no longer in the window.
    if (isGone && hasFocus) this.#focused?.button.focus();
    if (this.#window.isLatest) list.scrollTop = list.scrollHeight;
  }

  /** Returns the row of an entry. Existing rows are reused, and the map keeps their order. */
  #place(shown: readonly WireEntry[]): void {
    const list = this.#list;
    const before = [...this.#rows.values()];
    const inOrder = before.every(({ entry }, i) => shown[i] === entry);
    if (!inOrder) this.#rows.clear();
    const known = new Map(before.map((row) => [row.entry, row]));
    for (const entry of inOrder ? shown.slice(before.length) : shown) {
      const row = known.get(entry) ?? new WireRow(entry);
      this.#rows.set(entry, row);
      list.append(row.element);
    }
    for (const row of before) row.update();
  }
}
