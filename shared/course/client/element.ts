/**
 * Creates an element with its properties and children. A string becomes text, never HTML.
 * @example element('a', { href: '#lesson-3' }, 'Basics')
 */
export function element<TName extends keyof HTMLElementTagNameMap>(
  name: TName,
  properties: Partial<HTMLElementTagNameMap[TName]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[TName] {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}
