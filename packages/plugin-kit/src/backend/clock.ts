import { createServiceRef } from '@backstage/backend-plugin-api';

/** Where time comes from. Nothing else asks the machine, so tests can move it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so long, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const clockRef = createServiceRef<Clock>({ id: 'portico.clock', scope: 'root' });
