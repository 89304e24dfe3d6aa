import type { Transaction } from '@portico/plugin-kit/backend';
import { factorMail } from '../domain/factor-mail';
import type { FactorNotice } from '../domain/factor-mail';
import type { AccessServices } from '../services';
import { verifiedAddressOf } from '../store/verified-addresses';

/** Only to an address that is known to be theirs. */
export async function sendNotice(
  tx: Transaction,
  services: Pick<AccessServices, 'mail' | 'title' | 'publicUrl'>,
  notice: { kind: FactorNotice; userId: string; correlationId: string },
): Promise<void> {
  const { kind, userId, correlationId } = notice;
  const person = await verifiedAddressOf(tx, userId);
  if (!person) return;
  const { email, username } = person;
  await services.mail.enqueue(tx, { to: email, ...factorMail(services, { kind, username }), correlationId });
}
