import type { Database } from '@portico/plugin-kit/backend';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** What the durable machinery has before it: asked of the database when somebody reads the metrics, so every replica tells the same. */
export function registerPlatformGauges(registry: Registry, database: Database): void {
  const { read } = database;
  const registers = [registry];

  new Gauge({
    name: 'portico_tasks_open',
    help: 'Tasks that are not over, by status.',
    labelNames: ['status'],
    registers,
    async collect() {
      const rows = await read.all<{ status: string; count: number }>(
        'SELECT status, count(*) AS count FROM platform_tasks WHERE due_at IS NOT NULL GROUP BY status',
      );
      this.reset();
      for (const { status, count } of rows) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'portico_outbox_unsealed_events',
    help: 'Events that have no position yet.',
    registers,
    async collect() {
      const row = await read.first<{ count: number }>(
        'SELECT count(*) AS count FROM platform_outbox WHERE position IS NULL',
      );
      this.set(row?.count ?? 0);
    },
  });
  new Gauge({
    name: 'portico_outbox_consumer_lag_events',
    help: 'Events that a consumer has not handled yet.',
    labelNames: ['consumer'],
    registers,
    async collect() {
      const rows = await read.all<{ consumer: string; lag: number }>(
        'SELECT c.consumer, h.position - c.position AS lag FROM platform_outbox_cursors c, platform_outbox_head h WHERE h.singleton = 1',
      );
      this.reset();
      for (const { consumer, lag } of rows) this.set({ consumer }, lag);
    },
  });
}
