export {
  lifetimeCases,
  suiteHub,
  type LifetimeCase,
  type StartLifetimeManager,
} from './lifetime-cases.ts';
export { LifetimeSuiteClient, type ReceivedCall } from './lifetime-suite-client.ts';
