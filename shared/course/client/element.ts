/**
 * Makes an element with its properties and children; text never becomes HTML.
 * @example element('a', { href: '#lesson-3' }, 'Basics')
 */
export function element<TName extends keyof HTMLElementTagNameMap>(
  name: TName,
  properties: Partial<HTMLElementTagNameMap[TName]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[TName] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
