import { defineSettings } from '@portico/plugin-kit/backend';
import type { DomainEvent, Mail, Outbox, Queries, Settings, Transaction } from '@portico/plugin-kit/backend';
import type { AccessPort } from '@portico/plugin-access/port';
import { isBalanceStep, mailAbout, MAILED_EVENTS } from './domain/money-mail';
import type { BillingMail } from './domain/balance-mail';
import { customersOf } from './store/customers';
import { forgetSent, noteSent } from './store/notices';

/** Of the platform's section: what the portal is called. */
const appSettings = defineSettings({
  key: 'app',
  schema: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
} as const);

/** Who is written to: whoever may see every movement of the money, unless the organization chose among them. */
export const CONTACT_PERMISSION = 'billing.ledger.read';

/** After these, whatever falls is news again. */
const MONEY_CAME = ['billing.credited', 'payments.session_completed'];
/** Steps that launches and releases alone can bring back and forth; what announces or tells the end of workloads always goes. */
const QUIET_STEPS: ReadonlySet<string> = new Set([
  'billing.low_balance_notice',
  'billing.low_balance_warning',
  'billing.recovered',
]);
const QUIET_MILLISECONDS = 6 * 3_600_000;
/** What a balance was so long ago helps nobody: the portal was down, and says what is now when it falls further. */
const STALE_MILLISECONDS = 24 * 3_600_000;

interface NoticeDeps {
  readonly outbox: Outbox;
  readonly mail: Mail;
  readonly access: Pick<AccessPort, 'contacts' | 'names'>;
  readonly settings: Settings;
  readonly logger: { error(message: string, error: Error): void };
}

/**
 * Writes to people about their organization's money, from the events: the movement is long committed, and whatever becomes of the message changes nothing about it. Call before the
 * backend has started.
 */
export function sendNotices(deps: NoticeDeps): void {
  deps.outbox.consume({
    name: 'billing.notices',
    types: [...new Set([...MAILED_EVENTS, ...MONEY_CAME])],
    handle: (tx, event) => tellOf(tx, deps, event),
  });
}

export async function tellOf(tx: Transaction, deps: NoticeDeps, event: DomainEvent): Promise<void> {
  const { eventType, organizationId, correlationId } = event;
  if (organizationId === null) return;
  if (MONEY_CAME.includes(eventType)) await forgetSent(tx, organizationId);
  if (!MAILED_EVENTS.includes(eventType)) return;
  if (isBalanceStep(eventType) && event.occurredAt < tx.now - STALE_MILLISECONDS) return;
  const message = await written(tx, deps, event);
  if (message === null) return;
  if (QUIET_STEPS.has(eventType)) {
    const quietSince = tx.now - QUIET_MILLISECONDS;
    if (!(await noteSent(tx, { organizationId, notice: eventType, quietSince }))) return;
  }
  for (const { email } of await recipientsOf(tx, deps.access, organizationId))
    await deps.mail.enqueue(tx, { to: email, ...message, correlationId });
}

/** Null where there is nothing to say. An event nobody can put into words is logged and passed over, or nobody would hear of the next one either. */
async function written(queries: Queries, deps: NoticeDeps, event: DomainEvent): Promise<BillingMail | null> {
  const organizationId = event.organizationId ?? '';
  const names = await deps.access.names(queries, { organizations: [organizationId] });
  const frame = {
    title: deps.settings.of(appSettings).title,
    publicUrl: deps.settings.server.publicUrl,
    organization: names.get(organizationId) ?? organizationId,
  };
  try {
    return mailAbout(event, frame);
  } catch (error) {
    deps.logger.error(`${event.eventType} ${event.eventId} could not be put into words`, error as Error);
    return null;
  }
}

/** Whom the organization chose, as far as they may still be written to; else everybody who may: a message nobody gets is worse than one too many. */
async function recipientsOf(
  queries: Queries,
  access: NoticeDeps['access'],
  organizationId: string,
): Promise<readonly { readonly email: string }[]> {
  const contacts = await access.contacts(queries, { organizationId, permission: CONTACT_PERMISSION });
  const chosen = (await customersOf(queries, [organizationId])).get(organizationId)?.alerts.recipients ?? null;
  const reached = chosen === null ? [] : contacts.filter(contact => chosen.includes(contact.userId));
  return reached.length > 0 ? reached : contacts;
}
