export { createBalancer, type Balancer, type BalancerOptions } from './balancer.ts';
export { DOTNET, type BalancerRule } from './balancer-rule.ts';
export { describeInstances, type DescribedInstance } from './describe-instances.ts';
export type { Instance } from './instance.ts';
export { InstanceGroup, type InstanceGroupOptions } from './instance-group.ts';
export { instanceFilters, instanceName } from './name-instance.ts';
export { onDemand, type Startable } from './on-demand.ts';
export { controlPanelRouter, type ControlPanelOptions } from './control-panel-router.ts';
export {
  buildDotnet,
  buildDotnetProjects,
  type BuiltDotnet,
  dotnetEnvironment,
  hasDotnet,
} from './build-dotnet.ts';
export { startDotnet } from './start-dotnet.ts';
export { startInstance } from './start-instance.ts';
export {
  type InstancesLesson,
  startInstances,
  type StartInstancesOptions,
} from './start-instances.ts';
