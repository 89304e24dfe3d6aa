import type { PasskeyAssertion } from '@portico/plugin-access/contract';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { FactorKeys } from '../authentication/factor-keys';
import { verifiedAssertion } from '../authentication/passkey-ceremonies';
import type { PasskeyUse } from '../authentication/passkey-ceremonies';
import { canonicalRecoveryCode } from '../domain/recovery-code';
import type { RelyingParty } from '../domain/relying-party';
import { totpStep } from '../domain/totp';
import { passkeyByCredential, usePasskey } from '../store/passkeys';
import type { StoredPasskey } from '../store/passkeys';
import { useRecoveryCode } from '../store/recovery-codes';
import { spendTotpStep, totpForChange } from '../store/totp';

/** An assertion whose signature is right; whether it counts is decided where its use is noted. */
export interface VerifiedPasskey {
  readonly passkey: StoredPasskey;
  readonly use: PasskeyUse;
}

/** Spends the code when it is right. Under the lock on the row, so that one code cannot open two doors. */
export async function spendTotp(
  tx: Transaction,
  keys: FactorKeys,
  shown: { userId: string; code: string },
): Promise<boolean> {
  const totp = await totpForChange(tx, shown.userId);
  if (!totp || totp.confirmedAt === null) return false;
  const secret = keys.decryptTotp(totp.secretEncrypted);
  const step = totpStep({ secret, code: shown.code, now: tx.now, lastStep: totp.lastStep });
  if (step === null) return false;
  await spendTotpStep(tx, { userId: shown.userId, step });
  return true;
}

export async function spendRecoveryCode(
  tx: Transaction,
  keys: FactorKeys,
  shown: { userId: string; code: string },
): Promise<boolean> {
  const code = canonicalRecoveryCode(shown.code);
  return code !== null && useRecoveryCode(tx, { userId: shown.userId, hash: keys.ofRecoveryCode(shown.userId, code) });
}

/** Checked before a transaction, since signatures take their time. `userId`: only a passkey of theirs will do. */
export async function checkPasskey(
  queries: Queries,
  party: RelyingParty | null,
  shown: { assertion: PasskeyAssertion; signed: string; userId?: string },
): Promise<VerifiedPasskey | null> {
  const { assertion, signed, userId } = shown;
  if (party === null) return null;
  const passkey = await passkeyByCredential(queries, assertion.id);
  if (!passkey || (userId !== undefined && passkey.userId !== userId)) return null;
  const use = await verifiedAssertion(party, { assertion, signed, passkey });
  return use && { passkey, use };
}

/** False when the passkey is gone, or was used meanwhile with this very count. */
export async function spendPasskey(tx: Transaction, verified: VerifiedPasskey | null): Promise<boolean> {
  if (verified === null) return false;
  const { passkey, use } = verified;
  return usePasskey(tx, { passkeyId: passkey.passkeyId, counterBefore: passkey.counter, ...use });
}
