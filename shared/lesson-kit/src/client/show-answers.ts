/** Something to read side by side with others. */
export interface ShownAnswer {
  readonly title: string;
  /** Shown as JSON. */
  readonly value: unknown;
}

/**
 * Shows answers side by side, each below its title. Take secrets out before.
 * @param place selector of the `<div class="answers">`.
 * @param answers by the id that each gets.
 */
export function showAnswers(place: string, answers: Readonly<Record<string, ShownAnswer>>): void {
  const figures = Object.entries(answers).map(([id, { title, value }]) => {
    const figure = document.createElement('figure');
    const caption = Object.assign(document.createElement('figcaption'), { textContent: title, id: `${id}-title` });
    const text = Object.assign(document.createElement('pre'), { id, tabIndex: 0 });
    text.setAttribute('role', 'group');
    text.setAttribute('aria-labelledby', caption.id);
    text.textContent = JSON.stringify(value, undefined, 2);
    figure.append(caption, text);
    return figure;
  });
  document.querySelector(place)!.replaceChildren(...figures);
}
