import type { SectionOverview } from '../src/home/home-contract.ts';
import { element } from './element.ts';

/** Creates the links of a section. Returns none while its lesson is in preparation. */
export function lessonLinks({
  number,
  after,
  status,
  folder,
  hasSlides,
}: SectionOverview): HTMLAnchorElement[] {
  if (status.state === 'in preparation') return [];
  const link = (href: string, text: string): HTMLAnchorElement =>
    element('a', { href, ariaLabel: `${text}, lesson ${number}` }, text);
  const links = [link(`#lesson-${number}`, 'README')];
  if (hasSlides) links.push(link(`/slides/${folder}.html`, 'Slides'));
  if (after > 0) links.push(link(`/diff/${after}/${number}`, `Diff to lesson ${after}`));
  return links;
}
