export {
  type TestHub,
  type TestHubContexts,
  type TestHubs,
  testServer,
  type TestServer,
} from './test-server.ts';
export type { TestClient, TestClientOptions } from './test-client.ts';
