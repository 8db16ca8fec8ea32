import type { SectionOverview } from '../src/home/home-contract.ts';
import { element } from './element.ts';
import { home } from './home-connection.ts';

const content = document.querySelector<HTMLElement>('#follow > div')!;

/**
 * Shows what to read next to the video of a section. Calls `choose` when the user selects another
 * section.
 */
export async function showFollowAlong(
  section: SectionOverview,
  sections: readonly SectionOverview[],
  choose: (number: number) => void,
): Promise<void> {
  const { number, after, follow, status } = section;
  const choice = element('select', { ariaLabel: 'Section to follow' });
  for (const each of sections) {
    const selected = each.number === number;
    choice.append(
      element('option', { value: String(each.number), selected }, `${each.number} ${each.title}`),
    );
  }
  choice.addEventListener('change', () => choose(Number(choice.value)));
  const differs = element('div', { className: 'prose' });
  const code = element('ol', { className: 'where' });
  for (const { file, note } of status.state === 'in preparation' ? [] : follow.code) {
    const name = element('code', {}, file);
    const href = `/diff/${after}/${number}?file=${encodeURIComponent(file)}`;
    code.append(element('li', {}, after > 0 ? element('a', { href }, name) : name, `: ${note}`));
  }
  const hadFocus = content.querySelector('select') === document.activeElement;
  content.replaceChildren(
    choice,
    element('h3', {}, 'What the course has for this section'),
    element(
      'p',
      {},
      follow.covers,
      ...(follow.page === undefined ? [] : [' ', outside(follow.page, 'Page of the course')]),
    ),
    element('h3', {}, 'Code of the lesson to read'),
    code.childElementCount > 0
      ? code
      : element('p', { className: 'quiet' }, 'The lesson is in preparation.'),
    element('h3', {}, 'What differs from the course'),
    differs,
    element(
      'p',
      { className: 'quiet' },
      'Videos: “Practical ASP.NET Core SignalR” by CodeOpinion. ',
      outside('https://codeopinion.com/practical-asp-net-core-signalr/', 'Course'),
      ' · ',
      outside('https://github.com/dcomartin/Practical.AspNetCore.SignalR', 'C# code'),
    ),
  );
  if (hadFocus) choice.focus();
  if (status.state === 'in preparation') {
    differs.append(element('p', { className: 'quiet' }, 'The lesson is in preparation.'));
  } else {
    differs.innerHTML = (await home.invoke('guide', number)).differs;
  }
}

const outside = (href: string, text: string): HTMLAnchorElement =>
  element('a', { href, target: '_blank', rel: 'noreferrer' }, text);
