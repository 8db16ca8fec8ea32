import type { DescribedInstance } from '../../instances/describe-instances.ts';
import { showState } from '../show-state.ts';

/** Shows in the badge `#health` whether the servers find their way to each other, what the first says that does not, and what got lost. */
export function showHealth(instances: readonly DescribedInstance[]): void {
  const ill = instances.find(({ health: { status } }) => status !== 'Healthy')?.health;
  const missing = missingInstance(instances);
  const texts = [
    ill && `${ill.status}: ${ill.description ?? 'no answer.'}`,
    missing && (instances.length === 0 ? 'No server is running.' : `${missing} is not running.`),
  ].filter((text) => text !== undefined);
  const lost = instances.filter(({ health: { data } }) => Number(data['lostSends'] ?? 0) > 0);
  const told = lost.map(({ name, health: { data } }) => `${data['lostSends']} by ${name}`);
  if (texts.length === 0) texts.push('All servers are healthy.');
  if (told.length > 0) texts.push(`Sends lost: ${told.join(', ')}.`);
  const stateWithoutProblem = missing ? 'warn' : 'good';
  showState(
    ill || instances.length === 0 ? 'bad' : stateWithoutProblem,
    texts.join(' '),
    '#health',
  );
}

/** The first of the lesson's two servers that is not there. */
export const missingInstance = (instances: readonly DescribedInstance[]): string | undefined =>
  ['instance 1', 'instance 2'].find(
    (name) => !instances.some((instance) => instance.name === name),
  );
