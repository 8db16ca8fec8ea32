import type { InstancesView } from '@practical-signalr/lesson-kit/client';
import type {
  BalancerRule,
  DescribedInstance,
  InstanceGroup,
} from '@practical-signalr/lesson-kit/instances';
import type { FoundRedis, RedisView } from '@practical-signalr/redis/local';

/** The state that the pages draw. */
export interface ControlPanel extends InstancesView {
  readonly balancer: BalancerRule;
  readonly backplane: 'redis' | 'none';
  readonly instances: readonly DescribedInstance[];
  readonly redis: {
    readonly description: string;
    readonly kind: FoundRedis['kind'];
    /** Undefined while Redis is stopped. */
    readonly view: RedisView | undefined;
  };
  readonly dotnet: InstanceGroup['dotnet'];
}
