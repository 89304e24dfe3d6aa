import type { ServiceRef } from '@backstage/backend-plugin-api';
import type { TestBackend, TestBackendOptions } from '@portico/backend/testing';

/**
 * The real backend in the test's own process, on 127.0.0.1 and a free port, over a fresh database; replies are held against the contract. Loaded when
 * first asked for, because tests of a store have no need of it.
 */
export async function startTestBackend<
  const Exposed extends Readonly<Record<string, ServiceRef<unknown, 'root'>>> = Record<never, never>,
>(options: TestBackendOptions<Exposed> = {}): Promise<TestBackend<Exposed>> {
  const backend = await import('@portico/backend/testing');
  return backend.startTestBackend(options);
}
