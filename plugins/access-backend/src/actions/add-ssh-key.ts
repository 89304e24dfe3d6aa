import { SSH_KEYS_PER_USER_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedSshKey } from '../audited';
import { parseSshKey } from '../domain/ssh-key';
import type { AccessServices } from '../services';
import { signInProofOf } from '../store/sessions';
import { countSshKeys, insertSshKey } from '../store/ssh-keys';
import type { SshKeyProof, StoredSshKey } from '../store/ssh-keys';
import { lockUser } from '../store/users';

export async function addSshKey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string; publicKey: string },
): Promise<StoredSshKey> {
  const { caller, actor, correlationId, name } = request;
  const parsed = parseSshKey(request.publicKey);
  if ('code' in parsed) throw access.fail(parsed.code, { details: { reason: parsed.reason } });

  await lockUser(tx, caller.userId);
  if ((await countSshKeys(tx, caller.userId)) >= SSH_KEYS_PER_USER_MAX) {
    throw access.fail('key_limit_reached', { details: { maximum: SSH_KEYS_PER_USER_MAX } });
  }
  const key = { keyId: newId('key', tx.now), userId: caller.userId, name: name.trim(), ...parsed };
  if (!(await insertSshKey(tx, key, await proofOf(tx, caller))))
    throw access.fail('key_duplicate', { details: { fingerprint: parsed.fingerprint } });

  const { keyType: key_type, fingerprint, comment } = parsed;
  await services.audit.record(tx, {
    action: 'access.ssh_key.add',
    actor,
    organizationId: caller.organizationId,
    resource: auditedSshKey,
    targetId: key.keyId,
    correlationId,
    after: { name: key.name, key_type, fingerprint, comment },
  });
  await services.outbox.append(tx, {
    eventType: 'access.ssh_key_added',
    correlationId,
    organizationId: caller.organizationId,
    resource: { type: 'ssh_key', id: key.keyId },
    payload: { key_id: key.keyId, user_id: caller.userId, name: key.name, fingerprint },
  });
  return { ...key, createdAt: tx.now };
}

/** A session is asked as it is now: the second factor may have been shown since the request came in. */
async function proofOf(tx: Transaction, { apiKey, organizationId, sessionId }: UserCaller): Promise<SshKeyProof> {
  if (apiKey) return { organizationId };
  const proof = sessionId === null ? undefined : await signInProofOf(tx, sessionId);
  return proof ?? { provider: null, hasSecondFactor: false };
}
