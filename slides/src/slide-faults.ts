import type { Locator } from '@playwright/test';

/** The minimum size of text for the back row, in px of a slide that is 720 px high. */
const SMALLEST = 20;

/** The minimum part of a slide's height that its content fills. */
const FILLED = 0.5;

/**
 * Returns what is wrong with how a slide looks, a sentence for each: something is cut off, leaves
 * the slide or covers its footer, lies over other text, or is too small to read; or the slide is
 * half empty.
 */
export async function slideFaults(slide: Locator): Promise<string[]> {
  const limits = { smallest: SMALLEST, filled: FILLED };
  return slide.evaluate((slide: HTMLElement, { smallest, filled }) => {
    const frame = slide.getBoundingClientRect();
    const scale = frame.width / slide.offsetWidth;
    const foot = slide.querySelector('footer')!.getBoundingClientRect().top;
    const margin = 40 * scale;
    const faults: string[] = [];
    const texts: { readonly text: string; readonly box: DOMRect }[] = [];

    for (const element of slide.querySelectorAll<HTMLElement>(
      ':scope > :not(aside, footer), :scope > :not(aside, footer) *',
    )) {
      const box = element.getBoundingClientRect();
      const name = `<${element.localName}> "${(element.textContent ?? '').trim().slice(0, 40)}"`;
      if (box.width === 0 && box.height === 0) continue;
      const inside =
        box.left >= frame.left + margin - 1 &&
        box.right <= frame.right - margin + 1 &&
        box.top >= frame.top &&
        box.bottom <= foot + 1;
      if (!inside) faults.push(`${name} reaches out of the slide`);
      const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element;
      const hides =
        getComputedStyle(element).overflowY !== 'visible' && scrollHeight > clientHeight + 1;
      if (clientWidth > 0 && (scrollWidth > clientWidth + 1 || hides))
        faults.push(`${name} is cut off`);
      const own = [...element.childNodes].filter(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      );
      for (const node of own) {
        const size = Number.parseFloat(getComputedStyle(element).fontSize);
        const drawn = element.closest('svg');
        const shrunk =
          drawn === null
            ? 1
            : drawn.getBoundingClientRect().width / scale / drawn.viewBox.baseVal.width;
        if (size * shrunk < smallest - 0.1)
          faults.push(`${name} is ${(size * shrunk).toFixed(1)} px, less than ${smallest}`);
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const line of range.getClientRects())
          texts.push({ text: node.textContent!.trim(), box: line });
      }
    }
    for (const drawing of slide.querySelectorAll('svg')) {
      const around = drawing.getBoundingClientRect();
      for (const text of drawing.querySelectorAll('text')) {
        const box = text.getBoundingClientRect();
        const inside =
          box.left >= around.left &&
          box.right <= around.right + 1 &&
          box.top >= around.top - 1 &&
          box.bottom <= around.bottom + 1;
        if (!inside) faults.push(`"${text.textContent}" reaches out of its drawing`);
        for (const shape of drawing.querySelectorAll('rect')) {
          const { left, right, top, bottom } = shape.getBoundingClientRect();
          const apart =
            box.right <= left || box.left >= right || box.bottom <= top || box.top >= bottom;
          const within =
            box.left >= left + 6 * scale &&
            box.right <= right - 6 * scale &&
            box.top >= top &&
            box.bottom <= bottom;
          if (!apart && !within) faults.push(`"${text.textContent}" lies on the edge of a box`);
        }
      }
    }
    texts.forEach((one, index) => {
      for (const other of texts.slice(index + 1)) {
        const width =
          Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const height =
          Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Lines of text may touch; they must not cover one another.
        if (width > 2 && height > 0.35 * Math.min(one.box.height, other.box.height)) {
          faults.push(`"${one.text}" lies over "${other.text}"`);
        }
      }
    });
    const bottom = Math.max(
      ...[...slide.querySelectorAll(':scope > :not(aside, footer)')].map(
        (element) => element.getBoundingClientRect().bottom,
      ),
    );
    const part = (bottom - frame.top) / frame.height;
    if (!slide.classList.contains('title') && part < filled)
      faults.push(`only ${Math.round(part * 100)} % of the slide is filled`);
    return faults;
  }, limits);
}
