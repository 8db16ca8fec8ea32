import type { Page } from '@playwright/test';
import { playOutcomes } from './play-outcomes.ts';

/**
 * The rows that together use each hub of an earlier lab. All lessons share the rows of the kit, and
 * the test of the lesson that introduces them plays all of them, so that later lessons only have to
 * show that their hubs are mapped.
 */
const rowsOfEarlierLabs: Readonly<Record<number, readonly string[]>> = {
  3: ['Send an argument of 33 KB'],
  4: [
    'Drop the connection of a group member',
    'Start three calls of 300 ms at once',
    'Connect a second client',
  ],
  5: ['Use a hub after its call', 'Send to one group from a router'],
};

/** What a lab shows about the lab of an earlier lesson. */
export interface PlayedEarlierLab {
  /** What the folded card says about its content. */
  readonly summary: string;
  readonly isFolded: boolean;
  /** The badges of the rows that were played. */
  readonly badges: readonly string[];
}

/**
 * Plays some rows of the labs of earlier lessons, and returns what each of them shows.
 * @example
 * const summary = 'Lesson 3: Basics 11 failures, 2 experiments';
 * expect(await playEarlierLabs(lab, [3])).toEqual([{ summary, isFolded: true, badges: [good] }]);
 */
export async function playEarlierLabs(
  page: Page,
  lessons: readonly number[],
): Promise<PlayedEarlierLab[]> {
  const played: PlayedEarlierLab[] = [];
  for (const lesson of lessons) {
    const [failures, experiments] = [
      `#failures-of-lesson-${lesson}`,
      `#experiments-of-lesson-${lesson}`,
    ];
    const card = page.locator('details.card', { has: page.locator(failures) });
    const isFolded = (await card.getAttribute('open')) === null;
    const summary = await card.locator('summary').innerText();
    const rows = rowsOfEarlierLabs[lesson] ?? [];
    const outcomes = [
      ...(await playOutcomes(page, failures, rows)),
      ...(await playOutcomes(page, experiments, rows)),
    ];
    played.push({
      summary: summary.replace(/\s+/g, ' '),
      isFolded,
      badges: outcomes.map(({ badge }) => badge),
    });
  }
  return played;
}
