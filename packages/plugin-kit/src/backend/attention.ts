import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Transaction } from './database';

/** What needs a person: raised once per kind and resource, cleared when it is over. */
export interface Attention {
  raise(
    tx: Transaction,
    item: { kind: string; resource: { type: string; id: string }; organizationId: string | null; message: string },
  ): Promise<void>;
  clear(tx: Transaction, item: { kind: string; resource: { type: string; id: string } }): Promise<void>;
}

export const attentionRef = createServiceRef<Attention>({ id: 'portico.attention', scope: 'root' });
