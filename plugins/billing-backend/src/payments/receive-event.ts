import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { applyDisputeFacts } from '../actions/apply-dispute-facts';
import { applyRefundFacts } from '../actions/apply-refund-facts';
import type { PaymentSource } from '../domain/payment';
import type { BillingServices } from '../services';
import { lockCustomer } from '../store/customers';
import { autoTopUpOf } from '../store/auto-top-ups';
import { organizationOfCustomer } from '../store/payment-customers';
import { factsWritten, keptEvents, lockKeptEvent, recordEvent, setEventOutcome } from '../store/payment-events';
import type { EventOutcome, KeptEvent } from '../store/payment-events';
import { applyPaymentFacts } from './apply-payment-facts';
import { disableAutoTopUp } from './auto-top-up-outcome';
import type { DisputeFacts, PaymentProvider, ProviderEvent, RefundFacts } from './payment-provider';
import { requireProvider } from './provider-call';

/** The header in which each provider signs. */
const SIGNATURE_HEADERS = { stripe: 'stripe-signature', test: 'portico-signature' } as const;

/** Kept messages told again in one round. */
const KEPT_EVENTS_PER_ROUND = 50;

/**
 * A message of the provider. It is written down first and applied in the same transaction, so that one that comes twice, also at the same time, is applied once; one that could not be
 * applied is not written down and comes again. What concerns nothing known here is kept: a refund or dispute may be told before the payment it is of, and is told again
 * from here once that is known. A payment is always known before its provider is, because it is written down first.
 */
export async function receiveProviderEvent(
  services: BillingServices,
  message: { body: Uint8Array; headers: Readonly<Record<string, string | string[] | undefined>> },
): Promise<EventOutcome | 'repeated'> {
  const provider = requireProvider(services);
  const signature = [message.headers[SIGNATURE_HEADERS[provider.name]]].flat()[0];
  const event = provider.readEvent({ body: message.body, signature, now: services.clock.now() });
  const outcome = await takeProviderEvent(services, event, 'webhook');
  if (event.kind === 'methods' && outcome !== 'repeated')
    await noticeRemovedMethod(services, provider, event.providerCustomerId);
  return outcome;
}

/** What the provider told, whether it came by itself or was asked for. */
export async function takeProviderEvent(
  services: BillingServices,
  event: ProviderEvent,
  source: PaymentSource,
): Promise<EventOutcome | 'repeated'> {
  const provider = requireProvider(services);
  const outcome = await services.database.transaction(async tx => {
    if (!(await recordEvent(tx, { provider: provider.name, event }))) return 'repeated';
    const applied = await applyEvent(tx, services, { event, source });
    await setEventOutcome(tx, { provider: provider.name, eventId: event.eventId, outcome: applied });
    return applied;
  });
  if (event.kind === 'payment' && outcome === 'applied') await tellKeptEvents(services);
  return outcome;
}

async function applyEvent(
  tx: Transaction,
  services: BillingServices,
  { event, source }: { event: ProviderEvent; source: PaymentSource },
): Promise<EventOutcome> {
  switch (event.kind) {
    case 'payment':
      return applyPaymentFacts(tx, services, event.facts, source);
    case 'refund':
      return applyRefundFacts(tx, services, event.facts);
    case 'dispute':
      return applyDisputeFacts(tx, services, event.facts);
    case 'methods':
    case 'other':
      return 'ignored';
  }
}

/** Tells refunds and disputes again whose payment was not known when they came. Every replica may, at any time. */
export async function tellKeptEvents(services: BillingServices): Promise<void> {
  const provider = requireProvider(services);
  for (const kept of await keptEvents(services.database.read, {
    provider: provider.name,
    limit: KEPT_EVENTS_PER_ROUND,
  }))
    await services.database.transaction(tx => tellAgain(tx, services, { provider: provider.name, kept }));
}

async function tellAgain(
  tx: Transaction,
  services: BillingServices,
  { provider, kept }: { provider: string; kept: KeptEvent },
): Promise<void> {
  if (!(await lockKeptEvent(tx, { provider, eventId: kept.event_id }))) return;
  const outcome =
    kept.kind === 'refund'
      ? await applyRefundFacts(tx, services, factsWritten<RefundFacts>(kept.facts_json))
      : await applyDisputeFacts(tx, services, factsWritten<DisputeFacts>(kept.facts_json));
  // Its payment is known by now; told a third time it would be as unknown.
  await setEventOutcome(tx, {
    provider,
    eventId: kept.event_id,
    outcome: outcome === 'unknown' ? 'ignored' : outcome,
    paymentId: kept.payment_id,
  });
}

/** Cards are removed at the provider, too: what would charge one that is gone is turned off before it tries. A failure is none: the charge would tell. */
async function noticeRemovedMethod(
  services: BillingServices,
  provider: PaymentProvider,
  providerCustomerId: string,
): Promise<void> {
  const { database, logger } = services;
  try {
    const organizationId = await organizationOfCustomer(database.read, { provider: provider.name, providerCustomerId });
    if (organizationId === null) return;
    const autoTopUp = await autoTopUpOf(database.read, organizationId);
    if (autoTopUp?.enabled !== 1) return;
    const methods = await provider.methods(providerCustomerId);
    if (methods.some(method => method.methodId === autoTopUp.method_id)) return;
    await database.transaction(async tx => {
      await lockCustomer(tx, organizationId);
      if ((await autoTopUpOf(tx, organizationId))?.method_id !== autoTopUp.method_id) return;
      const correlationId = newId('corr', tx.now);
      await disableAutoTopUp(tx, services, { organizationId, reason: 'method_removed', correlationId });
    });
  } catch (error) {
    logger.warn('whether a saved payment method is still there could not be asked', error as Error);
  }
}
