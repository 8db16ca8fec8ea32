import type { DescribedInstance } from '../instances/describe-instances.ts';
import { showState } from './show-state.ts';

/** Shows in the badge `#health` whether the servers find their way to each other, what the first says that does not, and what got lost. */
export function showHealth(instances: readonly DescribedInstance[]): void {
  const ill = instances.find(({ health: { status } }) => status !== 'Healthy')?.health;
  const state = ill ? `${ill.status}: ${ill.description ?? 'no answer.'}` : 'All servers are healthy.';
  const lost = instances.filter(({ health: { data } }) => Number(data['lostSends'] ?? 0) > 0);
  const told = lost.map(({ name, health: { data } }) => `${data['lostSends']} by ${name}`);
  const text = instances.length === 0 ? 'No server is running.' : state;
  showState(
    ill || instances.length === 0 ? 'bad' : 'good',
    lost.length > 0 ? `${text} Sends lost: ${told.join(', ')}.` : text,
    '#health',
  );
}
