import type { SectionOverview } from '../src/home-contract.ts';
import { element } from './element.ts';

/** Where else to go from a section; nowhere while its lesson is in preparation. */
export function lessonLinks({ number, status, folder }: SectionOverview): HTMLAnchorElement[] {
  if (status.state === 'in preparation') return [];
  const link = (href: string, text: string): HTMLAnchorElement =>
    element('a', { href, ariaLabel: `${text}, lesson ${number}` }, text);
  const links = [link(`#lesson-${number}`, 'README'), link(`/slides/${folder}.html`, 'Slides')];
  if (number > 1) links.push(link(`/diff/${number - 1}/${number}`, `Diff to lesson ${number - 1}`));
  return links;
}
