export { startPostgresServer } from './postgres-server';
export type { PostgresServer } from './postgres-server';
export { TEST_EPOCH, TestClock } from './test-clock';
export { createTestDatabase, eachDatabase } from './test-database';
export type { DatabaseUnderTest, OpenTestDatabase, TestDatabase } from './test-database';
export { waitFor } from './wait-for';
export { startTestBackend } from './start-test-backend';
export type { SignedUp, TestBackend, TestBackendOptions, TestPlugin } from '@portico/backend/testing';
