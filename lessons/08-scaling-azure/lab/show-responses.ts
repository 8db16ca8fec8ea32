/** A response that is shown next to others. */
export interface ShownResponse {
  readonly title: string;
  /** Shown as JSON. */
  readonly value: object;
}

/**
 * Shows responses side by side, each below its title. Remove secrets before the call.
 * @param place selector of the `<div class="responses">`.
 * @param responses by the id that each gets.
 */
export function showResponses(
  place: string,
  responses: Readonly<Record<string, ShownResponse>>,
): void {
  const figures = Object.entries(responses).map(([id, { title, value }]) => {
    const figure = document.createElement('figure');
    const caption = Object.assign(document.createElement('figcaption'), {
      textContent: title,
      id: `${id}-title`,
    });
    const text = Object.assign(document.createElement('pre'), { id, tabIndex: 0 });
    text.setAttribute('role', 'group');
    text.setAttribute('aria-labelledby', caption.id);
    text.textContent = asLines(value);
    figure.append(caption, text);
    return figure;
  });
  document.querySelector(place)!.replaceChildren(...figures);
}

/** Returns JSON with one line for each field and for each item of an array. */
function asLines(value: object): string {
  const fields = Object.entries(value).map(([name, field]: [string, unknown]) => {
    const members =
      Array.isArray(field) && field.length > 0
        ? field.map((one) => `    ${inOneLine(one)}`)
        : undefined;
    return `  "${name}": ${members ? `[\n${members.join(',\n')}\n  ]` : inOneLine(field)}`;
  });
  return `{\n${fields.join(',\n')}\n}`;
}

/** Returns JSON with spaces, at which a line can wrap. */
function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, field]) => `"${name}": ${inOneLine(field)}`)
    .join(', ')} }`;
}
