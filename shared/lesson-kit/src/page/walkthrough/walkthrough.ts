import { announce } from '../announce.ts';
import { errorMessage } from '../forms/error-message.ts';

type StepState = 'to do' | 'now' | 'done';

/** One step on the page. */
interface Step {
  readonly element: HTMLLIElement;
  readonly name: string;
  readonly stateWord: HTMLElement;
  readonly failure: HTMLElement;
  readonly button: HTMLButtonElement | undefined;
  /** The button's text before the step is done, and after. */
  readonly labels: { readonly first: string; readonly again: string };
  isDone: boolean;
}

/** The members of a connection by which the page observes steps. */
export interface ObservableConnection {
  invoke(method: never, ...args: never): Promise<unknown>;
  on(method: never, handler: () => void): void;
}

/** The attributes of a step that say how the page observes it. */
const OBSERVED = ['data-observed', 'data-called', 'data-received'];

/**
 * A numbered walkthrough on the first screen of a lesson. Exactly one step is current, until all
 * are done. Steps are never locked. On a phone, only the current step is open; the others unfold
 * when the reader presses their button.
 *
 * The page's HTML has an `<ol class="walk">` with one `<li id="…">` for each step:
 * - `<h2>`: an instruction or a topic.
 * - elements with the class `todo`: what the reader will see, and why. They are hidden when the
 *   step is done.
 * - elements with the class `result`: what happened. They are visible when the step is done.
 * - `<button>`: the step's action; `data-again` is its text afterwards, default `Connect again`.
 *   The attribute
 *   `data-button="Connect"` of the step creates it. A step without a button gets the button
 *   **Continue**, except if the
 *   page observes it:
 *   - `data-called="JoinGroup"`: done when a call of this hub method has completed.
 *   - `data-received="ReceiveMessage"`: done when the server calls this client method while no call
 *   of the page is
 *     running, so that something else caused it, for example another tab.
 *   - `data-observed="#state.good"`: done as soon as an element matches this selector. Without a
 *   selector, the page calls
 *     {@link Walkthrough.complete}.
 *
 * Progress is shown in the element with the class `progress` of the same card. A card with
 * `data-after="fixed"` is inert until the step `fixed` is done, and says so.
 * @example
 * const walk = new Walkthrough('.walk', connection);
 * walk.onAction('broken', (requests) => observeRefusal(brokenConnection, requests));
 */
export class Walkthrough {
  readonly #steps: readonly Step[];
  readonly #progress: Element | null;

  /**
   * @param list selector of the `<ol class="walk">`.
   * @param connection the connection whose calls complete steps. Create the walkthrough before the
   * connection starts.
   */
  constructor(list: string, connection?: ObservableConnection) {
    const element = document.querySelector<HTMLOListElement>(list)!;
    const items = [...element.querySelectorAll<HTMLLIElement>(':scope > li')];
    this.#steps = items.map((item, index) => createStep(item, index + 1));
    this.#progress = element.closest('.card')?.querySelector('.progress') ?? null;
    for (const step of this.#steps) {
      if (!step.element.hasAttribute('data-reads')) continue;
      step.button?.addEventListener('click', () => this.#complete(step));
    }
    for (const card of document.querySelectorAll<HTMLElement>('[data-after]')) {
      waitForStep(card, this.#steps.findIndex(({ name }) => name === card.dataset['after']) + 1);
    }
    this.#draw();
    this.#observeSelectors();
    if (connection !== undefined) this.#observeCalls(connection);
  }

  /**
   * Runs an action when the step's button is pressed. The step is done when the action resolves. If
   * it rejects, the result differs from what the step announces: the step stays as it is and shows
   * the error. The action receives a list below the heading for the requests that it observes.
   * @throws Error if there is no step of this name, or it has no button.
   */
  onAction(name: string, action: (requests: HTMLOListElement) => Promise<unknown>): void {
    const step = this.#find(name);
    if (step.button === undefined) throw new Error(`The step '${name}' has no button. Add one.`);
    const requests = document.createElement('ol');
    requests.className = 'requests';
    step.element.querySelector('h2')!.after(requests);
    let isRunning = false;
    step.button.addEventListener('click', async () => {
      if (isRunning) return;
      isRunning = true;
      step.failure.hidden = true;
      try {
        await action(requests);
        this.complete(name);
      } catch (error) {
        this.fail(name, errorMessage(error));
      } finally {
        isRunning = false;
      }
    });
  }

  /** Marks a step as done, because the page observed that it happened. */
  complete(name: string): void {
    this.#complete(this.#find(name));
  }

  #complete(step: Step): void {
    step.failure.hidden = true;
    if (step.isDone) return;
    step.isDone = true;
    for (const card of document.querySelectorAll<HTMLElement>(`[data-after="${step.name}"]`)) {
      card.inert = false;
    }
    this.#draw();
    const done = this.#steps.filter(({ isDone }) => isDone).length;
    announce(`Step ${this.#steps.indexOf(step) + 1} is done. ${done} of ${this.#steps.length}.`);
  }

  /**
   * Shows that the result of a step differs from what it announces. `text` says what happened and
   * what to try next.
   */
  fail(name: string, text: string): void {
    const step = this.#find(name);
    step.failure.textContent = text;
    step.failure.hidden = false;
  }

  #observeSelectors(): void {
    const steps = this.#steps.filter(({ element }) => element.dataset['observed']);
    const check = (): void => {
      for (const step of steps) {
        const isObserved = document.querySelector(step.element.dataset['observed']!) !== null;
        if (isObserved) this.#complete(step);
      }
      if (steps.every(({ isDone }) => isDone)) observer.disconnect();
    };
    const observer = new MutationObserver(check);
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['class'] });
    check();
  }

  #observeCalls(connection: ObservableConnection): void {
    const invoke = connection.invoke.bind(connection) as (...args: unknown[]) => Promise<unknown>;
    let running = 0;
    const observedInvoke = async (method: string, ...args: unknown[]): Promise<unknown> => {
      running += 1;
      try {
        const result = await invoke(method, ...args);
        for (const step of this.#steps)
          if (step.element.dataset['called'] === method) this.#complete(step);
        return result;
      } finally {
        running -= 1;
      }
    };
    connection.invoke = observedInvoke;
    for (const step of this.#steps) {
      const { received } = step.element.dataset;
      if (received === undefined) continue;
      connection.on(received as never, () => {
        if (running === 0) this.#complete(step);
      });
    }
  }

  #find(name: string): Step {
    const step = this.#steps.find((candidate) => candidate.name === name);
    if (step === undefined) {
      throw new Error(`The walkthrough has no step '${name}'. Add <li id="${name}"> to the page.`);
    }
    return step;
  }

  #draw(): void {
    const current = this.#steps.find(({ isDone }) => !isDone);
    for (const step of this.#steps) {
      const otherState = step.isDone ? 'done' : 'to do';
      drawStep(step, step === current ? 'now' : otherState);
    }
    if (this.#progress === null) return;
    const done = this.#steps.filter(({ isDone }) => isDone).length;
    this.#progress.textContent = `${done} of ${this.#steps.length} steps done`;
  }
}

function createStep(element: HTMLLIElement, number: number): Step {
  const dot = document.createElement('span');
  dot.className = 'dot';
  dot.textContent = String(number);
  dot.setAttribute('aria-hidden', 'true');
  element.prepend(dot);
  const stateWord = document.createElement('span');
  stateWord.className = 'state';
  const heading = element.querySelector('h2')!;
  const headingText = document.createElement('span');
  headingText.append(...heading.childNodes);
  heading.append(headingText, stateWord);
  const failure = document.createElement('p');
  failure.className = 'badge bad failure';
  failure.hidden = true;
  failure.setAttribute('role', 'status');
  element.append(failure);
  const button = element.querySelector('button') ?? createButton(element);
  heading.after(createUnfoldButton(element, number));
  const first = button?.textContent?.trim() ?? '';
  return {
    element,
    name: element.id,
    stateWord,
    failure,
    button,
    labels: { first, again: button?.dataset['again'] ?? 'Connect again' },
    isDone: false,
  };
}

/**
 * Creates the button that unfolds a step and folds it again. The style shows it on a phone, where
 * only the current step is open.
 */
function createUnfoldButton(element: HTMLLIElement, number: number): HTMLButtonElement {
  const button = document.createElement('button');
  button.className = 'unfold';
  button.type = 'button';
  button.setAttribute('aria-label', `Details of step ${number}`);
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    const isOpen = element.classList.toggle('open');
    button.setAttribute('aria-expanded', String(isOpen));
  });
  return button;
}

/** Makes a card inert until a step is done. The note says so; the style hides it afterwards. */
function waitForStep(card: HTMLElement, number: number): void {
  const note = document.createElement('p');
  note.className = 'quiet waits';
  note.textContent = `Not connected yet. This card starts with step ${number}.`;
  card.before(note);
  card.inert = true;
}

/**
 * Creates the button of a step. Returns undefined if the page observes the step. A step that is
 * only read gets the button **Continue**.
 */
function createButton(element: HTMLLIElement): HTMLButtonElement | undefined {
  const text = element.dataset['button'];
  if (text === undefined && OBSERVED.some((name) => element.hasAttribute(name))) return undefined;
  const button = document.createElement('button');
  button.textContent = text ?? 'Continue';
  button.type = 'button';
  if (text === undefined) element.setAttribute('data-reads', '');
  element.append(button);
  return button;
}

function drawStep({ element, stateWord, button, labels, isDone }: Step, state: StepState): void {
  element.classList.toggle('done', state === 'done');
  element.classList.toggle('current', state === 'now');
  if (state === 'now') element.setAttribute('aria-current', 'step');
  else element.removeAttribute('aria-current');
  stateWord.textContent = state;
  for (const part of element.querySelectorAll<HTMLElement>('.todo')) part.hidden = isDone;
  for (const part of element.querySelectorAll<HTMLElement>('.result')) part.hidden = !isDone;
  if (button === undefined) return;
  button.classList.toggle('primary', state === 'now');
  const isRead = element.hasAttribute('data-reads');
  if (isRead) button.hidden = isDone;
  else button.textContent = isDone ? labels.again : labels.first;
}
