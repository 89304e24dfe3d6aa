/**
 * Attention: what needs a person, one row per kind and resource for as long as it lasts. Raising again refreshes the message and keeps the
 * instant it began; clearing removes the row. Raised and cleared in the transaction of what it tells of.
 */
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { attentionRef, databaseRef } from '@portico/plugin-kit/backend';
import type { Attention, Migration, Place, Queries } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';

export const attentionMigrations: readonly Migration[] = [
  {
    name: '0001_attention',
    async up(knex) {
      await knex.schema.createTable('platform_attention', table => {
        table.string('attention_id', 64).primary();
        table.string('kind', 100).notNullable();
        table.string('resource_type', 64).notNullable();
        table.string('resource_id', 128).notNullable();
        table.string('organization_id', 64);
        table.text('message').notNullable();
        table.bigInteger('raised_at').notNullable();
        table.unique(['kind', 'resource_type', 'resource_id']);
        table.index(['raised_at', 'attention_id']);
      });
    },
  },
];

export const attention: Attention = {
  async raise(tx, { kind, resource, organizationId, message }) {
    await tx.run(
      `INSERT INTO platform_attention (attention_id, kind, resource_type, resource_id, organization_id, message, raised_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (kind, resource_type, resource_id) DO UPDATE SET message = excluded.message`,
      [newId('att', tx.now), kind, resource.type, resource.id, organizationId, message, tx.now],
    );
  },
  async clear(tx, { kind, resource }) {
    await tx.run('DELETE FROM platform_attention WHERE kind = ? AND resource_type = ? AND resource_id = ?', [
      kind,
      resource.type,
      resource.id,
    ]);
  },
};

export interface AttentionItem {
  readonly attentionId: string;
  readonly kind: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly organizationId: string | null;
  readonly message: string;
  readonly raisedAt: number;
}

/** Newest first; `after` is the last item of the page before. */
export async function listAttention(
  queries: Queries,
  page: { after?: Place | undefined; limit: number },
): Promise<readonly AttentionItem[]> {
  const { after, limit } = page;
  const rows = await queries.all<AttentionRow>(
    `SELECT * FROM platform_attention ${after === undefined ? '' : 'WHERE (raised_at, attention_id) < (?, ?)'}
     ORDER BY raised_at DESC, attention_id DESC LIMIT ?`,
    after === undefined ? [limit] : [after.at, after.id, limit],
  );
  return rows.map(row => ({
    attentionId: row.attention_id,
    kind: row.kind,
    resource: { type: row.resource_type, id: row.resource_id },
    organizationId: row.organization_id,
    message: row.message,
    raisedAt: row.raised_at,
  }));
}

interface AttentionRow {
  attention_id: string;
  kind: string;
  resource_type: string;
  resource_id: string;
  organization_id: string | null;
  message: string;
  raised_at: number;
}

export const attentionServiceFactory = createServiceFactory({
  service: attentionRef,
  deps: { database: databaseRef },
  async factory({ database }) {
    await database.migrate('platform_attention', attentionMigrations);
    return attention;
  },
});
