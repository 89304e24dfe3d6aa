import type { Place, Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import { containsPattern, placeholders } from '@portico/plugin-kit/backend';
import type { Manager } from './all-skus';

/** What somebody says of an image. */
export interface ImageDescription {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly source: string | null;
  readonly digest: string | null;
  readonly defaultUser: string;
  readonly minDiskBytes: number;
}

export interface Image extends ImageDescription {
  readonly imageId: string;
  readonly position: number;
  readonly isDefault: boolean;
  /** An administrator made it the default. */
  readonly isDefaultChosen: boolean;
  readonly isOffered: boolean;
  readonly origin: Manager;
  readonly managedBy: Manager;
  /** Its key in the configuration; null of an administrator's. */
  readonly settingsKey: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface ImageRow {
  readonly image_id: string;
  readonly settings_key: string;
  readonly position: number;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly source: string | null;
  readonly digest: string | null;
  readonly default_user: string;
  readonly min_disk_bytes: number;
  readonly is_default: number;
  readonly default_chosen: number;
  readonly offered: number;
  readonly origin: Manager;
  readonly managed_by: Manager;
  readonly created_at: number;
  readonly updated_at: number;
}

const SELECT = `SELECT image_id, settings_key, position, name, version, description, source, digest, default_user, min_disk_bytes, is_default, default_chosen,
  offered, origin, managed_by, created_at, updated_at FROM catalog_images`;

/** All that is offered, in the order of the catalogue; `IMAGES_MAX` bounds how many that can be. */
export async function offeredImages(queries: Queries): Promise<Image[]> {
  return (await queries.all<ImageRow>(`${SELECT} WHERE offered = 1 ORDER BY position, image_id`)).map(imageOf);
}

export async function offeredImage(queries: Queries, imageId: string): Promise<Image | undefined> {
  const row = await queries.first<ImageRow>(`${SELECT} WHERE image_id = ? AND offered = 1`, [imageId]);
  return row && imageOf(row);
}

export async function anyImage(queries: Queries, imageId: string): Promise<Image | undefined> {
  const row = await queries.first<ImageRow>(`${SELECT} WHERE image_id = ?`, [imageId]);
  return row && imageOf(row);
}

/** Newest first. */
export async function imagesPage(
  queries: Queries,
  page: {
    q?: string | undefined;
    isOffered?: boolean | undefined;
    managedBy?: Manager | undefined;
    after: Place | undefined;
    limit: number;
  },
): Promise<Image[]> {
  const conditions: string[] = ['1 = 1'];
  const parameters: Parameter[] = [];
  const only = (condition: string, ...values: Parameter[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (page.q !== undefined) {
    const pattern = containsPattern(page.q);
    only(`(lower(name) LIKE ? ESCAPE '!' OR source LIKE ? ESCAPE '!')`, pattern, pattern);
  }
  if (page.isOffered !== undefined) only('offered = ?', page.isOffered ? 1 : 0);
  if (page.managedBy !== undefined) only('managed_by = ?', page.managedBy);
  if (page.after) only('(created_at, image_id) < (?, ?)', page.after.at, page.after.id);
  const rows = await queries.all<ImageRow>(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, image_id DESC LIMIT ?`,
    [...parameters, page.limit],
  );
  return rows.map(imageOf);
}

/** Of these, the ones there are, offered or not. */
export async function knownImages(queries: Queries, imageIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (imageIds.length === 0) return new Set();
  const rows = await queries.all<{ image_id: string }>(
    `SELECT image_id FROM catalog_images WHERE image_id IN (${placeholders(imageIds.length)})`,
    imageIds,
  );
  return new Set(rows.map(row => row.image_id));
}

/** All of them, locked: which one is the default concerns every one, and whoever changes one comes after whoever does so already. */
export async function imagesForChange(tx: Transaction): Promise<readonly Image[]> {
  await tx.all(`SELECT image_id FROM catalog_images ORDER BY image_id${tx.forUpdate}`);
  return (await tx.all<ImageRow>(`${SELECT} ORDER BY position, image_id`)).map(imageOf);
}

export async function insertImage(tx: Transaction, image: Image): Promise<void> {
  await tx.run(
    `INSERT INTO catalog_images (image_id, settings_key, position, name, version, description, source, digest, default_user, min_disk_bytes, is_default,
       default_chosen, offered, origin, managed_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      image.imageId,
      image.settingsKey ?? image.imageId,
      image.position,
      ...described(image),
      image.isDefault ? 1 : 0,
      image.isDefaultChosen ? 1 : 0,
      image.isOffered ? 1 : 0,
      image.origin,
      image.managedBy,
      image.createdAt,
      image.updatedAt,
    ],
  );
}

/** All but which one is the default: `makeDefault`. */
export async function updateImage(tx: Transaction, image: Image): Promise<void> {
  await tx.run(
    `UPDATE catalog_images SET name = ?, version = ?, description = ?, source = ?, digest = ?, default_user = ?, min_disk_bytes = ?, offered = ?,
       managed_by = ?, updated_at = ? WHERE image_id = ?`,
    [...described(image), image.isOffered ? 1 : 0, image.managedBy, image.updatedAt, image.imageId],
  );
}

/** Under the lock of all images. The one before first gives way: a unique index allows no two. */
export async function makeDefault(tx: Transaction, image: { imageId: string; isChosen: boolean }): Promise<void> {
  await tx.run('UPDATE catalog_images SET is_default = 0, default_chosen = 0 WHERE is_default = 1 AND image_id <> ?', [
    image.imageId,
  ]);
  await tx.run('UPDATE catalog_images SET is_default = 1, default_chosen = ? WHERE image_id = ?', [
    image.isChosen ? 1 : 0,
    image.imageId,
  ]);
}

/** Makes the image of that key what the configuration says, unless an administrator has taken it over. */
export async function followConfiguration(
  tx: Transaction,
  newImageId: string,
  image: ImageDescription & { settingsKey: string; position: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO catalog_images (image_id, settings_key, position, name, version, description, source, digest, default_user, min_disk_bytes, is_default, offered,
       created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, ?, ?)
     ON CONFLICT (settings_key) DO UPDATE SET position = excluded.position, name = excluded.name, version = excluded.version,
       description = excluded.description, source = excluded.source, digest = excluded.digest, default_user = excluded.default_user,
       min_disk_bytes = excluded.min_disk_bytes, offered = 1
     WHERE catalog_images.managed_by = 'configuration'`,
    [newImageId, image.settingsKey, image.position, ...described(image), tx.now, tx.now],
  );
}

/** Ends the offer of every image that follows the configuration and is not listed there. */
export async function withdrawOtherImages(tx: Transaction, settingsKeys: readonly string[]): Promise<void> {
  await tx.run(
    `UPDATE catalog_images SET offered = 0, is_default = 0 WHERE offered = 1 AND managed_by = 'configuration'
       AND settings_key NOT IN (${placeholders(settingsKeys.length)})`,
    settingsKeys,
  );
}

function described(image: ImageDescription): Parameter[] {
  return [
    image.name,
    image.version,
    image.description,
    image.source,
    image.digest,
    image.defaultUser,
    image.minDiskBytes,
  ];
}

function imageOf(row: ImageRow): Image {
  return {
    imageId: row.image_id,
    position: row.position,
    name: row.name,
    version: row.version,
    description: row.description,
    source: row.source,
    digest: row.digest,
    defaultUser: row.default_user,
    minDiskBytes: row.min_disk_bytes,
    isDefault: row.is_default === 1,
    isDefaultChosen: row.default_chosen === 1,
    isOffered: row.offered === 1,
    origin: row.origin,
    managedBy: row.managed_by,
    settingsKey: row.origin === 'configuration' ? row.settings_key : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
