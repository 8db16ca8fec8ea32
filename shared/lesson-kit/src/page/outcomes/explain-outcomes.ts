import { errorMessage } from '../forms/error-message.ts';

/** One attempt of an explained outcome table. Text between backticks is shown as code. */
export interface ExplainedOutcome {
  /** The button's text: starts with a verb, for example `Call an unknown method`. */
  readonly action: string;
  /** What happens, for a reader who presses nothing. */
  readonly expected: string;
  /** The cause, in one or two sentences. */
  readonly why: string;
  /** The change that cures it. */
  readonly cure: string;
  /**
   * Opens its own connection, and returns what happened. If it rejects, the error's message is the
   * result.
   */
  readonly attempt: () => Promise<string>;
  /** How long the attempt takes, in s, if a reader has to wait for it. The page counts down. */
  readonly duration?: number;
  /**
   * Whether a result is the expected one; default: it contains `expected`, without the backticks.
   */
  readonly isExpected?: RegExp;
  /** Repeats the attempt with the change. */
  readonly tryCure?: () => Promise<string>;
}

/** Outcomes with the same cause. */
export interface OutcomeGroup {
  readonly heading: string;
  readonly note?: string;
  readonly outcomes: readonly ExplainedOutcome[];
}

const COLUMNS = ['Try it', 'What happens', 'Why', 'Cure'];

/**
 * Fills a `<table class="outcomes explained">` with attempts, each with its expected result, its
 * cause and its cure.
 * @param table selector of the table.
 * @param groups the rows, grouped by cause.
 * @param columns the names of the four columns, for example with `Use it when` as the last one.
 * @example
 * explainOutcomes('#failures', [{ heading: 'The call is wrong', outcomes: [{
 *   action: 'Call an unknown method', expected: 'Method does not exist.', why: 'The hub has no
 * method with this name.',
 *   cure: 'Use a method of the contract.', attempt: () => connection.invoke('Nope') }] }]);
 */
export function explainOutcomes(
  table: string,
  groups: readonly OutcomeGroup[],
  columns: readonly string[] = COLUMNS,
): void {
  const element = document.querySelector<HTMLTableElement>(table)!;
  element.classList.add('outcomes', 'explained');
  const head = element.createTHead().insertRow();
  for (const column of columns) head.append(header(column, 'col'));
  for (const { heading, note, outcomes } of groups) {
    const body = element.createTBody();
    const row = body.insertRow();
    row.className = 'group';
    const cell = header(heading, 'rowgroup');
    cell.colSpan = columns.length;
    if (note !== undefined) cell.append(' ', textElement('small', note));
    row.append(cell);
    for (const outcome of outcomes) addOutcome(body, outcome, columns);
  }
}

function addOutcome(
  body: HTMLTableSectionElement,
  outcome: ExplainedOutcome,
  columns: readonly string[],
): void {
  const row = body.insertRow();
  const cells = columns.map((column) => {
    const cell = row.insertCell();
    cell.dataset['label'] = column;
    return cell;
  });
  const [tryCell, resultCell, whyCell, cureCell] = cells as [
    HTMLTableCellElement,
    HTMLTableCellElement,
    HTMLTableCellElement,
    HTMLTableCellElement,
  ];
  delete tryCell.dataset['label'];
  resultCell.setAttribute('aria-live', 'polite');
  showExpected(resultCell, outcome);
  whyCell.append(...withCode(outcome.why));
  cureCell.append(textElement('p', outcome.cure));
  tryCell.append(
    runButton(outcome.action, async () => {
      const stopProgress = showProgress(resultCell, outcome.duration);
      const result = await resultOf(outcome.attempt);
      stopProgress();
      showResult(resultCell, outcome, result);
    }),
  );
  const { tryCure } = outcome;
  if (tryCure === undefined) return;
  const cured = textElement('p', '');
  cured.setAttribute('aria-live', 'polite');
  cureCell.append(
    runButton('Try the cure', async () => {
      cured.replaceChildren(...withCode(await resultOf(tryCure)));
    }),
    cured,
  );
}

function showExpected(cell: HTMLElement, { expected }: ExplainedOutcome): void {
  const text = textElement('p', `Expected: ${expected}`);
  text.className = 'expected';
  cell.append(text);
}

/**
 * Shows that an attempt runs, with the seconds that are left. Returns a function that stops it.
 * Screen readers do not announce each second.
 */
function showProgress(cell: HTMLElement, duration?: number): () => void {
  const progress = document.createElement('p');
  progress.className = 'progress';
  cell.setAttribute('aria-live', 'off');
  cell.replaceChildren(progress);
  const end = performance.now() + (duration ?? 0) * 1000;
  const show = (): void => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    progress.textContent = duration === undefined ? 'Running…' : `Running: ${left} s left`;
  };
  show();
  const timer = setInterval(show, 250);
  return () => {
    clearInterval(timer);
    cell.setAttribute('aria-live', 'polite');
  };
}

function showResult(cell: HTMLElement, outcome: ExplainedOutcome, result: string): void {
  const { expected, isExpected } = outcome;
  const matches = isExpected?.test(result) ?? result.includes(expected.replaceAll('`', ''));
  const badge = textElement('span', matches ? 'As expected' : 'Different');
  badge.className = matches ? 'badge good' : 'badge bad';
  const text = document.createElement('p');
  text.textContent = result;
  cell.replaceChildren(badge, text);
  if (!matches) showExpected(cell, outcome);
}

async function resultOf(attempt: () => Promise<string>): Promise<string> {
  try {
    return await attempt();
  } catch (error) {
    return errorMessage(error);
  }
}

/** Presses during a run are ignored. */
function runButton(text: string, run: () => Promise<void>): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  let isRunning = false;
  button.addEventListener('click', async () => {
    if (isRunning) return;
    isRunning = true;
    button.setAttribute('aria-busy', 'true');
    await run();
    button.removeAttribute('aria-busy');
    isRunning = false;
  });
  return button;
}

function header(text: string, scope: string): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

function textElement(name: string, text: string): HTMLElement {
  const element = document.createElement(name);
  element.append(...withCode(text));
  return element;
}

/** Splits text at its backticks. Every second part is code. */
function withCode(text: string): Node[] {
  return text.split('`').map((part, index) => {
    if (index % 2 === 0) return document.createTextNode(part);
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
}
