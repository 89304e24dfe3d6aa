import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedFactor } from '../audited';
import type { AccessServices } from '../services';
import { passkeysOf, renamePasskey as rename } from '../store/passkeys';
import type { StoredPasskey } from '../store/passkeys';
import { lockUser } from '../store/users';

export async function renamePasskey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { passkeyId: string; name: string },
): Promise<StoredPasskey> {
  const { caller, actor, correlationId, passkeyId } = request;
  const { userId, organizationId } = caller;
  const name = request.name.trim();
  await lockUser(tx, userId);
  const passkey = (await passkeysOf(tx, userId)).find(one => one.passkeyId === passkeyId);
  if (!passkey) throw common.fail('not_found');
  if (passkey.name === name) return passkey;
  await rename(tx, { passkeyId, name });
  await services.audit.record(tx, {
    action: 'access.passkey.rename',
    actor,
    organizationId,
    resource: auditedFactor,
    targetId: passkeyId,
    correlationId,
    before: { name: passkey.name },
    after: { name },
  });
  await services.outbox.append(tx, {
    eventType: 'access.passkey_renamed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, passkey_id: passkeyId, name },
  });
  return { ...passkey, name };
}
