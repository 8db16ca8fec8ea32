export {
  type TestHub,
  type TestHubContexts,
  type TestHubs,
  testServer,
  type TestServer,
} from './test-server.ts';
export type { TestClient, TestClientOptions } from './test-client.ts';
export {
  lifetimeCases,
  suiteHub,
  type LifetimeCase,
  type StartLifetimeManager,
} from '../scale-out/lifetime-cases.ts';
export { LifetimeSuiteClient, type ReceivedCall } from '../scale-out/lifetime-suite-client.ts';
