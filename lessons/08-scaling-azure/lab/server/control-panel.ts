import type { InstancesView } from '@practical-signalr/lesson-kit/client';
import type { DescribedInstance, InstanceGroup } from '@practical-signalr/lesson-kit/instances';

/** The state that the pages draw. */
export interface ControlPanel extends InstancesView {
  readonly instances: readonly DescribedInstance[];
  readonly service: { readonly description: string; readonly isEmulator: boolean };
  readonly dotnet: InstanceGroup['dotnet'];
}
