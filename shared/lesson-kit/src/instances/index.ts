export { createBalancer, type Balancer, type BalancerOptions } from './balancer.ts';
export type { Instance } from './instance.ts';
export { mustRunHere } from './instance-elsewhere.ts';
export { hasDotnet, startDotnet } from './start-dotnet.ts';
export { startInstance } from './start-instance.ts';
