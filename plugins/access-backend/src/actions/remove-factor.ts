import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { AccessServices } from '../services';
import { factorsOf } from '../store/factors';
import { deletePasskey } from '../store/passkeys';
import { deleteTotp } from '../store/totp';
import { lockUser } from '../store/users';
import { factorRemoved, requireFactorLeft } from './factor-change';

export async function removeTotp(tx: Transaction, services: AccessServices, request: RequestContext): Promise<void> {
  const { userId } = request.caller;
  await lockUser(tx, userId);
  const { count } = await factorsOf(tx, userId);
  if (!count.hasTotp) throw common.fail('not_found');
  await requireFactorLeft(tx, { userId, isLast: count.passkeys === 0 });
  await deleteTotp(tx, userId);
  await factorRemoved(tx, services, { ...request, factor: { kind: 'totp', id: userId } });
}

export async function removePasskey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { passkeyId: string },
): Promise<void> {
  const { userId } = request.caller;
  await lockUser(tx, userId);
  const { count, passkeys } = await factorsOf(tx, userId);
  const passkey = passkeys.find(({ passkeyId }) => passkeyId === request.passkeyId);
  if (!passkey) throw common.fail('not_found');
  await requireFactorLeft(tx, { userId, isLast: count.passkeys === 1 && !count.hasTotp });
  await deletePasskey(tx, passkey.passkeyId);
  const { passkeyId, name } = passkey;
  await factorRemoved(tx, services, { ...request, factor: { kind: 'passkey', id: passkeyId, name } });
}
