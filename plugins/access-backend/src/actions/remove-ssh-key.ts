import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedSshKey } from '../audited';
import type { AccessServices } from '../services';
import { deleteSshKey } from '../store/ssh-keys';

export async function removeSshKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { keyId: string },
): Promise<void> {
  const { caller, actor, correlationId, keyId } = request;
  const key = await deleteSshKey(tx, { keyId, userId: caller.userId });
  if (!key) throw common.fail('not_found');
  await services.audit.record(tx, {
    action: 'access.ssh_key.remove',
    actor,
    organizationId: caller.organizationId,
    resource: auditedSshKey,
    targetId: keyId,
    correlationId,
    before: { name: key.name, key_type: key.keyType, fingerprint: key.fingerprint, comment: key.comment },
  });
  await services.outbox.append(tx, {
    eventType: 'access.ssh_key_removed',
    correlationId,
    organizationId: caller.organizationId,
    resource: { type: 'ssh_key', id: keyId },
    payload: { key_id: keyId, user_id: caller.userId, fingerprint: key.fingerprint },
  });
}
