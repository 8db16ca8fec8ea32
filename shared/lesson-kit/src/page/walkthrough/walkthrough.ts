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

/**
 * A numbered walkthrough on the first screen of a lesson. Exactly one step is current, until all are done. Steps are
 * never locked.
 *
 * The page's HTML has an `<ol class="walk">` with one `<li id="…">` for each step:
 * - `<h2>`: an instruction or a topic.
 * - elements with the class `todo`: what the reader will see, and why. They are hidden when the step is done.
 * - elements with the class `result`: what happened. They are visible when the step is done.
 * - `<button>`: the step's action; `data-again` is its text afterwards, default `Connect again`. A step without a button
 *   gets the button **Continue**, except if it has `data-observed`: then the page calls {@link Walkthrough.complete}.
 *
 * Progress is shown in the element with the class `progress` of the same card.
 * @example
 * const walk = new Walkthrough('.walk');
 * walk.onAction('connect-broken', () => connectToBrokenServer());
 * connection.on('ReceiveMessage', () => walk.complete('send'));
 */
export class Walkthrough {
  readonly #steps: readonly Step[];
  readonly #progress: Element | null;

  /** @param list selector of the `<ol class="walk">`. */
  constructor(list: string) {
    const element = document.querySelector<HTMLOListElement>(list)!;
    const items = [...element.querySelectorAll<HTMLLIElement>(':scope > li')];
    this.#steps = items.map((item, index) => createStep(item, index + 1));
    this.#progress = element.closest('.card')?.querySelector('.progress') ?? null;
    for (const step of this.#steps) {
      if (!step.element.hasAttribute('data-reads')) continue;
      step.button?.addEventListener('click', () => this.complete(step.name));
    }
    this.#draw();
  }

  /**
   * Runs an action when the step's button is pressed. The step is done when the action resolves. If it rejects, the
   * result differs from what the step announces: the step stays as it is and shows the error.
   * @throws Error if there is no step of this name, or it has no button.
   */
  onAction(name: string, action: () => Promise<unknown>): void {
    const step = this.#find(name);
    if (step.button === undefined) throw new Error(`The step '${name}' has no button. Add one.`);
    let isRunning = false;
    step.button.addEventListener('click', async () => {
      if (isRunning) return;
      isRunning = true;
      step.failure.hidden = true;
      try {
        await action();
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
    const step = this.#find(name);
    step.failure.hidden = true;
    if (step.isDone) return;
    step.isDone = true;
    this.#draw();
    const done = this.#steps.filter(({ isDone }) => isDone).length;
    announce(`Step ${this.#steps.indexOf(step) + 1} is done. ${done} of ${this.#steps.length}.`);
  }

  /** Shows that the result of a step differs from what it announces. `text` says what happened and what to try next. */
  fail(name: string, text: string): void {
    const step = this.#find(name);
    step.failure.textContent = text;
    step.failure.hidden = false;
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
  element.querySelector('h2')!.append(stateWord);
  const failure = document.createElement('p');
  failure.className = 'badge bad failure';
  failure.hidden = true;
  failure.setAttribute('role', 'status');
  element.append(failure);
  const button = element.querySelector('button') ?? createContinueButton(element);
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

/** A step without a button is only read, unless the page observes it. */
function createContinueButton(element: HTMLLIElement): HTMLButtonElement | undefined {
  if (element.hasAttribute('data-observed')) return undefined;
  const button = document.createElement('button');
  button.textContent = 'Continue';
  button.type = 'button';
  element.setAttribute('data-reads', '');
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
