import type { DescribedInstance } from '../../instances/describe-instances.ts';
import { showState } from '../show-state.ts';

const NAMES = ['instance 1', 'instance 2'];

/**
 * Shows in the badge `#health` whether all instances are healthy, the problem of the first one that
 * is not, and how many messages were lost.
 * @param names the instances that should be running.
 */
export function showHealth(
  instances: readonly DescribedInstance[],
  names: readonly string[] = NAMES,
): void {
  const unhealthy = instances.find(({ health: { status } }) => status !== 'Healthy')?.health;
  const missing = missingInstance(instances, names);
  const texts: string[] = [];
  if (unhealthy) texts.push(`${unhealthy.status}: ${unhealthy.description ?? 'no response.'}`);
  if (instances.length === 0) texts.push('No instance is running.');
  else if (missing) texts.push(`${missing} is not running.`);
  if (texts.length === 0) texts.push('All instances are healthy.');
  const lost = instances.filter(({ health: { data } }) => Number(data['lostSends'] ?? 0) > 0);
  const counts = lost.map(({ name, health: { data } }) => `${data['lostSends']} by ${name}`);
  if (counts.length > 0) texts.push(`Messages lost: ${counts.join(', ')}.`);
  const stateWithoutProblem = missing ? 'warn' : 'good';
  const hasProblem = unhealthy !== undefined || instances.length === 0;
  showState(hasProblem ? 'bad' : stateWithoutProblem, texts.join(' '), '#health');
}

/** Returns the name of the first instance that is not running. */
export const missingInstance = (
  instances: readonly DescribedInstance[],
  names: readonly string[] = NAMES,
): string | undefined =>
  names.find((name) => !instances.some((instance) => instance.name === name));
