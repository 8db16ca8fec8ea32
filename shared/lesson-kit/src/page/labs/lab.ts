import { explainOutcomes, type OutcomeGroup } from '../outcomes/explain-outcomes.ts';

/** The outcome tables of a lesson's lab. */
export interface Lab {
  readonly lesson: number;
  readonly title: string;
  readonly failures: readonly OutcomeGroup[];
  /** What succeeds. */
  readonly experiments: readonly OutcomeGroup[];
}

const EXPERIMENT_COLUMNS = ['Try it', 'What happens', 'Why', 'Then try'];

/**
 * Fills the tables `#failures` and `#experiments` with the lab of the page's own lesson.
 * @example showLab(basicsLab('/lab'));
 */
export function showLab({ failures, experiments }: Lab): void {
  explainOutcomes('#failures', failures);
  explainOutcomes('#experiments', experiments, EXPERIMENT_COLUMNS);
}

/**
 * Adds the labs of earlier lessons to the end of the page, the latest lesson first. Each is a
 * folded card.
 * @example showEarlierLabs([serverHubsLab('/lab'), basicsLab('/lab')]);
 */
export function showEarlierLabs(labs: readonly Lab[]): void {
  for (const { lesson, title, failures, experiments } of labs) {
    const card = document.createElement('details');
    card.className = 'card fold';
    card.innerHTML = `<summary><strong></strong><small></small></summary>
      <table id="failures-of-lesson-${lesson}"></table>
      <table id="experiments-of-lesson-${lesson}"></table>`;
    card.querySelector('strong')!.textContent = `Lesson ${lesson}: ${title}`;
    card.querySelector('small')!.textContent =
      `${countOutcomes(failures, 'failure')}, ${countOutcomes(experiments, 'experiment')}`;
    document.querySelector('.page > .stack')!.append(card);
    explainOutcomes(`#failures-of-lesson-${lesson}`, failures);
    explainOutcomes(`#experiments-of-lesson-${lesson}`, experiments, EXPERIMENT_COLUMNS);
  }
}

function countOutcomes(groups: readonly OutcomeGroup[], noun: string): string {
  const count = groups.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
