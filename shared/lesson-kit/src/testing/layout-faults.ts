import type { Page } from '@playwright/test';

/** Texts for elements of a page, by selector. A function returns the text in a locale. */
export type LongValues = Readonly<Record<string, string | ((locale: string) => string)>>;

/** Locales whose times and numbers differ in length, script and direction. */
const LOCALES = ['en-US', 'de-DE', 'fr-FR', 'bg-BG', 'ja-JP', 'ar-EG', 'my-MM'];

/**
 * Widths of a window in px: desktop, projector, the narrowest with two columns, a desktop at 200 %
 * zoom, two phones.
 */
const WIDTHS = [1280, 1024, 901, 640, 390, 320];

/**
 * Puts long values into a page, in several locales and at several widths, and returns what does not
 * fit: a sentence for each text that leaves its card, is cut off, lies over another text, or makes
 * the page scroll sideways. Use the longest values that the page can show. The page stays as it
 * was.
 *
 * Texts in an element that scrolls sideways may be wider than it.
 * @param values the texts, for elements that contain only text. A selector without an element is an
 * error.
 * @example
 * const format = (locale: string) => new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
 * const time = (locale: string) => format(locale).format(new Date());
 * const faults = await layoutFaults(page, { '#state': 'Reconnecting', '#messages time': time });
 * expect(faults).toEqual([]);
 */
export async function layoutFaults(page: Page, values: LongValues): Promise<string[]> {
  const size = page.viewportSize();
  const faults: string[] = [];
  const localesByTexts = groupLocales(values);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const [texts, locales] of localesByTexts) {
      const found = await page.evaluate(findFaults, JSON.parse(texts) as [string, string][]);
      faults.push(...found.map((fault) => `${locales}, ${width} px: ${fault}`));
    }
  }
  if (size !== null) await page.setViewportSize(size);
  return faults;
}

/**
 * Returns the locales by the texts that they have, as JSON, so that locales with the same texts are
 * checked once.
 */
function groupLocales(values: LongValues): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const locale of LOCALES) {
    const texts = JSON.stringify(
      Object.entries(values).map(([selector, value]) => [
        selector,
        typeof value === 'string' ? value : value(locale),
      ]),
    );
    const before = groups.get(texts);
    groups.set(texts, before === undefined ? locale : `${before}, ${locale}`);
  }
  return groups;
}

/**
 * Runs in the page. The texts are there only while this function runs, so the page's own code
 * cannot replace them.
 */
function findFaults(values: readonly (readonly [selector: string, text: string])[]): string[] {
  interface Line {
    readonly node: Text;
    readonly box: DOMRect;
    readonly card: Element | null;
  }
  const faults = new Set<string>();
  const original = new Map<Element, string>();
  for (const [selector, text] of values) {
    const elements = [...document.querySelectorAll(selector)];
    if (elements.length === 0) throw new Error(`No element matches '${selector}'.`);
    for (const element of elements) {
      original.set(element, original.get(element) ?? element.innerHTML);
      element.textContent = text;
    }
  }
  const nameOf = (node: Text): string => `"${node.data.trim().slice(0, 60)}"`;
  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node as Text;
    const parent = text.parentElement!;
    const isText = text.data.trim() !== '' && parent.closest('script, .visually-hidden') === null;
    if (!isText || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const card = parent.closest('.bar, .card');
    for (const box of range.getClientRects()) {
      if (box.width > 0) lines.push({ node: text, box, card });
    }
  }
  /** Returns the nearest ancestor that is a card, scrolls, or cuts off what does not fit. */
  const frameOf = (element: Element): { frame: Element; overflow: string } => {
    let frame = element;
    while (frame !== document.body) {
      const overflow = getComputedStyle(frame).overflowX;
      const isInline = getComputedStyle(frame).display === 'inline';
      if (!isInline && overflow !== 'visible') return { frame, overflow };
      if (frame.matches('.card, .bar')) return { frame, overflow };
      frame = frame.parentElement!;
    }
    return { frame, overflow: 'visible' };
  };
  for (const { node, box } of lines) {
    const { frame, overflow } = frameOf(node.parentElement!);
    if (overflow === 'auto' || overflow === 'scroll') continue;
    const { left, right } = frame.getBoundingClientRect();
    const distance = Math.max(box.right - right, left - box.left);
    if (distance <= 1) continue;
    const name = frame.id === '' ? frame.className : `#${frame.id}`;
    if (overflow === 'visible') {
      faults.add(`${nameOf(node)} leaves '${name || frame.localName}' by ${distance.toFixed()} px`);
    } else if (original.has(node.parentElement!)) faults.add(`${nameOf(node)} is cut off`);
  }
  const long = lines.filter(({ node }) => original.has(node.parentElement!));
  for (const one of long) {
    for (const other of lines) {
      // A sticky bar covers what scrolls below it.
      if (one.node === other.node || one.card !== other.card) continue;
      const width =
        Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const height =
        Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      const isCovered = width > 2 && height > 0.4 * Math.min(one.box.height, other.box.height);
      if (isCovered) faults.add(`${nameOf(one.node)} lies over ${nameOf(other.node)}`);
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > window.innerWidth) faults.add(`the page is ${scrollWidth} px wide`);
  for (const [element, html] of original) element.innerHTML = html;
  return [...faults];
}
