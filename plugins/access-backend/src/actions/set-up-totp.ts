import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { TOTP_SETUP_SECONDS } from '../domain/factors';
import { newTotpSecret, totpStep, totpUri } from '../domain/totp';
import type { AccessServices } from '../services';
import { factorsOf } from '../store/factors';
import * as store from '../store/totp';
import { lockUser } from '../store/users';
import { factorAdded } from './factor-change';

/** A secret for an app, good for nothing until a code of it was seen. */
export async function beginTotp(
  tx: Transaction,
  services: AccessServices,
  { caller }: RequestContext,
): Promise<{ secret: string; uri: string; expiresAt: number }> {
  const { userId, username } = caller;
  await lockUser(tx, userId);
  if ((await store.totpOf(tx, userId))?.confirmedAt) throw access.fail('totp_already_on');
  const secret = newTotpSecret();
  const expiresAt = tx.now + TOTP_SETUP_SECONDS * 1000;
  await store.beginTotp(tx, { userId, secretEncrypted: services.factorKeys.encryptTotp(secret), expiresAt });
  return { secret, uri: totpUri({ secret, issuer: services.title, username }), expiresAt };
}

/** The code that confirms is spent with it. */
export async function confirmTotp(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { code: string },
): Promise<{ since: number; recoveryCodes: string[] | null }> {
  const { userId } = request.caller;
  await lockUser(tx, userId);
  const totp = await store.totpForChange(tx, userId);
  if (!totp || totp.confirmedAt !== null || (totp.expiresAt ?? 0) <= tx.now) throw access.fail('totp_not_begun');
  const secret = services.factorKeys.decryptTotp(totp.secretEncrypted);
  const step = totpStep({ secret, code: request.code, now: tx.now, lastStep: null });
  if (step === null) throw access.fail('totp_code_wrong');
  const { count: before } = await factorsOf(tx, userId);
  await store.confirmTotp(tx, { userId, step });
  const recoveryCodes = await factorAdded(tx, services, { ...request, before, factor: { kind: 'totp', id: userId } });
  return { since: tx.now, recoveryCodes };
}
