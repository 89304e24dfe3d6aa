/**
 * Outbox: what happened, told to others. An event is a row written in the transaction of the change, so it exists exactly when the change
 * does. After commit a sealer gives rows their gapless positions (serial numbers are not commit order; a reader going by them would skip a slow
 * transaction's event). Sealed events go to live subscribers through the `EventFeed` and to durable consumers, which keep a cursor each.
 */
import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { attentionRef, clockRef, databaseRef, outboxRef } from '@portico/plugin-kit/backend';
import type { EventFeed } from './event-feed';
import { DatabaseOutbox } from './outbox';
import { outboxMigrations } from './outbox-tables';

const databaseOutboxRef = createServiceRef<DatabaseOutbox>({ id: 'portico.outbox.database', scope: 'root' });

/** Live events for those who stream them out. */
export const eventFeedRef = createServiceRef<EventFeed>({ id: 'portico.event-feed', scope: 'root' });

const databaseOutboxFactory = createServiceFactory({
  service: databaseOutboxRef,
  deps: {
    database: databaseRef,
    clock: clockRef,
    attention: attentionRef,
    logger: coreServices.rootLogger,
    lifecycle: coreServices.rootLifecycle,
  },
  async factory({ database, clock, attention, logger, lifecycle }) {
    await database.migrate('platform_outbox', outboxMigrations);
    const outbox = new DatabaseOutbox({ database, clock, attention, logger });
    lifecycle.addStartupHook(() => outbox.start());
    lifecycle.addBeforeShutdownHook(() => outbox.stop());
    return outbox;
  },
});

const outboxFactory = createServiceFactory({
  service: outboxRef,
  deps: { outbox: databaseOutboxRef },
  factory: ({ outbox }) => outbox,
});
const eventFeedFactory = createServiceFactory({
  service: eventFeedRef,
  deps: { outbox: databaseOutboxRef },
  factory: ({ outbox }) => outbox.feed,
});

export const outboxServiceFactories = [databaseOutboxFactory, outboxFactory, eventFeedFactory] as const;
