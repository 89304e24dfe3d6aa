import { containsPattern, placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Sku } from '@portico/plugin-catalog/port';
import { SKU_COLUMNS, skuOf } from './skus';
import type { SkuRow } from './skus';

/** Where an entry came from, and whose word counts for it. */
export type Manager = 'configuration' | 'administrator';

/** What somebody says of a SKU. */
export interface SkuDescription extends Omit<Sku, 'skuId' | 'pricePerGpuHour'> {
  /** Who sees it; null is everyone. */
  readonly organizationIds: readonly string[] | null;
}

/** A SKU as those see it who look after all of them. */
export interface AnySku extends SkuDescription {
  readonly skuId: string;
  readonly position: number;
  readonly isOffered: boolean;
  readonly origin: Manager;
  readonly managedBy: Manager;
  /** Its key in the configuration; null of an administrator's. */
  readonly settingsKey: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface AnySkuRow extends SkuRow {
  readonly settings_key: string;
  readonly offered: number;
  readonly origin: Manager;
  readonly managed_by: Manager;
  readonly for_everyone: number;
  readonly created_at: number;
  readonly updated_at: number;
}

const SELECT = `SELECT ${SKU_COLUMNS}, s.settings_key, s.offered, s.origin, s.managed_by, s.for_everyone, s.created_at, s.updated_at FROM catalog_skus s`;

export interface SkuFilter {
  readonly q?: string | undefined;
  readonly isOffered?: boolean | undefined;
  readonly shape?: Sku['shape'] | undefined;
  readonly managedBy?: Manager | undefined;
}

/** Newest first. */
export async function skusPage(
  queries: Queries,
  page: SkuFilter & { after: Place | undefined; limit: number },
): Promise<AnySku[]> {
  const conditions: string[] = ['1 = 1'];
  const parameters: Parameter[] = [];
  const only = (condition: string, ...values: Parameter[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (page.q !== undefined) {
    const pattern = containsPattern(page.q);
    only(`(lower(s.name) LIKE ? ESCAPE '!' OR lower(s.gpu_model) LIKE ? ESCAPE '!')`, pattern, pattern);
  }
  if (page.isOffered !== undefined) only('s.offered = ?', page.isOffered ? 1 : 0);
  if (page.shape !== undefined) only('s.shape = ?', page.shape);
  if (page.managedBy !== undefined) only('s.managed_by = ?', page.managedBy);
  if (page.after) only('(s.created_at, s.sku_id) < (?, ?)', page.after.at, page.after.id);
  const rows = await queries.all<AnySkuRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY s.created_at DESC, s.sku_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return withOrganizations(queries, rows);
}

export async function anySku(queries: Queries, skuId: string): Promise<AnySku | undefined> {
  const rows = await queries.all<AnySkuRow>(`${SELECT} WHERE s.sku_id = ?`, [skuId]);
  return (await withOrganizations(queries, rows))[0];
}

/** Those that name their images, this one among them. */
export async function skusNaming(queries: Queries, imageId: string): Promise<{ skuId: string; name: string }[]> {
  const rows = await queries.all<{ sku_id: string; name: string; image_ids_json: string }>(
    'SELECT sku_id, name, image_ids_json FROM catalog_skus WHERE image_ids_json IS NOT NULL ORDER BY position, sku_id',
  );
  return rows
    .filter(row => (JSON.parse(row.image_ids_json) as string[]).includes(imageId))
    .map(row => ({ skuId: row.sku_id, name: row.name }));
}

/** Locks the row: whoever changes a SKU or its prices comes after whoever does so already. */
export async function skuForChange(tx: Transaction, skuId: string): Promise<AnySku | undefined> {
  const rows = await tx.all<AnySkuRow>(`${SELECT} WHERE s.sku_id = ?${tx.forUpdate}`, [skuId]);
  return (await withOrganizations(tx, rows))[0];
}

/**
 * Which are offered, and the last place taken. Locks what is offered, so that of two who put something into the catalogue the second counts what the first has put there.
 */
export async function offeredForChange(tx: Transaction): Promise<{ offeredIds: string[]; lastPosition: number }> {
  await tx.all(`SELECT sku_id FROM catalog_skus WHERE offered = 1 ORDER BY sku_id${tx.forUpdate}`);
  const rows = await tx.all<{ sku_id: string; position: number; offered: number }>(
    'SELECT sku_id, position, offered FROM catalog_skus',
  );
  return {
    offeredIds: rows.filter(row => row.offered === 1).map(row => row.sku_id),
    lastPosition: Math.max(-1, ...rows.map(row => row.position)),
  };
}

export async function insertSku(tx: Transaction, sku: AnySku): Promise<void> {
  await tx.run(
    `INSERT INTO catalog_skus (sku_id, settings_key, position, name, gpu_model, shape, gpu_counts_json, vcpus_per_gpu, memory_bytes_per_gpu,
       disk_bytes_per_gpu, gpu_fraction_milli, offered, origin, managed_by, for_everyone, regions_json, image_ids_json, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      sku.skuId,
      sku.settingsKey ?? sku.skuId,
      sku.position,
      ...described(sku),
      sku.isOffered ? 1 : 0,
      sku.origin,
      sku.managedBy,
      sku.organizationIds === null ? 1 : 0,
      ...restricted(sku),
      sku.createdAt,
      sku.updatedAt,
    ],
  );
  await replaceOrganizations(tx, sku);
}

export async function updateSku(tx: Transaction, sku: AnySku): Promise<void> {
  await tx.run(
    `UPDATE catalog_skus SET name = ?, gpu_model = ?, shape = ?, gpu_counts_json = ?, vcpus_per_gpu = ?, memory_bytes_per_gpu = ?, disk_bytes_per_gpu = ?,
       gpu_fraction_milli = ?, offered = ?, managed_by = ?, for_everyone = ?, regions_json = ?, image_ids_json = ?, updated_at = ? WHERE sku_id = ?`,
    [
      ...described(sku),
      sku.isOffered ? 1 : 0,
      sku.managedBy,
      sku.organizationIds === null ? 1 : 0,
      ...restricted(sku),
      sku.updatedAt,
      sku.skuId,
    ],
  );
  await replaceOrganizations(tx, sku);
}

export interface ConfiguredSku extends Omit<SkuDescription, 'organizationIds' | 'regions' | 'imageIds'> {
  readonly settingsKey: string;
  readonly position: number;
}

/**
 * Makes the SKU of that key what the configuration says. Returns the id it has had since it was first seen, else the new one; undefined when an administrator has
 * taken it over. The row stays locked until the transaction ends.
 */
export async function followConfiguration(
  tx: Transaction,
  newSkuId: string,
  sku: ConfiguredSku,
): Promise<string | undefined> {
  const saved = await tx.first<{ sku_id: string }>(
    `INSERT INTO catalog_skus (sku_id, settings_key, position, name, gpu_model, shape, gpu_counts_json, vcpus_per_gpu, memory_bytes_per_gpu,
       disk_bytes_per_gpu, gpu_fraction_milli, offered, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (settings_key) DO UPDATE SET position = excluded.position, name = excluded.name, gpu_model = excluded.gpu_model, shape = excluded.shape,
       gpu_counts_json = excluded.gpu_counts_json, vcpus_per_gpu = excluded.vcpus_per_gpu, memory_bytes_per_gpu = excluded.memory_bytes_per_gpu,
       disk_bytes_per_gpu = excluded.disk_bytes_per_gpu, gpu_fraction_milli = excluded.gpu_fraction_milli, offered = 1
     WHERE catalog_skus.managed_by = 'configuration'
     RETURNING sku_id`,
    [newSkuId, sku.settingsKey, sku.position, ...described(sku), tx.now, tx.now],
  );
  return saved?.sku_id;
}

/** Ends the offer of every SKU that follows the configuration and is not listed there. */
export async function withdrawOtherSkus(tx: Transaction, settingsKeys: readonly string[]): Promise<void> {
  const others = settingsKeys.length === 0 ? '' : ` AND settings_key NOT IN (${placeholders(settingsKeys.length)})`;
  await tx.run(
    `UPDATE catalog_skus SET offered = 0 WHERE offered = 1 AND managed_by = 'configuration'${others}`,
    settingsKeys,
  );
}

function described(sku: Omit<ConfiguredSku, 'settingsKey' | 'position'>): Parameter[] {
  return [
    sku.name,
    sku.gpuModel,
    sku.shape,
    JSON.stringify(sku.gpuCounts),
    sku.vcpusPerGpu,
    sku.memoryBytesPerGpu,
    sku.diskBytesPerGpu,
    sku.gpuFractionMilli,
  ];
}

function restricted({ regions, imageIds }: SkuDescription): Parameter[] {
  return [regions, imageIds].map(list => (list === null ? null : JSON.stringify(list)));
}

async function replaceOrganizations(tx: Transaction, { skuId, organizationIds }: AnySku): Promise<void> {
  await tx.run('DELETE FROM catalog_sku_organizations WHERE sku_id = ?', [skuId]);
  for (const organizationId of organizationIds ?? [])
    await tx.run('INSERT INTO catalog_sku_organizations (sku_id, organization_id) VALUES (?, ?)', [
      skuId,
      organizationId,
    ]);
}

async function withOrganizations(queries: Queries, rows: readonly AnySkuRow[]): Promise<AnySku[]> {
  const restrictedTo = rows.filter(row => row.for_everyone === 0).map(row => row.sku_id);
  const named =
    restrictedTo.length === 0
      ? []
      : await queries.all<{ sku_id: string; organization_id: string }>(
          `SELECT sku_id, organization_id FROM catalog_sku_organizations WHERE sku_id IN (${placeholders(restrictedTo.length)}) ORDER BY organization_id`,
          restrictedTo,
        );
  return rows.map(row => ({
    ...skuOf(row),
    organizationIds:
      row.for_everyone === 1 ? null : named.filter(one => one.sku_id === row.sku_id).map(one => one.organization_id),
    isOffered: row.offered === 1,
    origin: row.origin,
    managedBy: row.managed_by,
    settingsKey: row.origin === 'configuration' ? row.settings_key : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}
