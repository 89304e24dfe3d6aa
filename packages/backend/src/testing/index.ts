export { StandInCallers } from './stand-in-authentication';
export { startTestBackend, TEST_PASSWORD } from './test-backend';
export type { SignedUp, TestBackend, TestBackendOptions, TestPlugin } from './test-backend';
export { TestClient } from './test-client';
export type { CallInput, RawReply, RawRequest, Refusal } from './test-client';
