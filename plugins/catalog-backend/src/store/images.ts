import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';

export interface ImageRow {
  readonly image_id: string;
  readonly position: number;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly is_default: number;
}

const SELECT_IMAGE = 'SELECT image_id, position, name, version, description, is_default FROM catalog_images';

export function offeredImages(queries: Queries, page: { after: number; limit: number }): Promise<ImageRow[]> {
  return queries.all<ImageRow>(`${SELECT_IMAGE} WHERE offered = 1 AND position > ? ORDER BY position LIMIT ?`, [
    page.after,
    page.limit,
  ]);
}

export function offeredImage(queries: Queries, imageId: string): Promise<ImageRow | undefined> {
  return queries.first<ImageRow>(`${SELECT_IMAGE} WHERE image_id = ? AND offered = 1`, [imageId]);
}

export interface ImageDescription {
  readonly settingsKey: string;
  readonly position: number;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly isDefault: boolean;
}

export async function saveImage(tx: Transaction, newImageId: string, image: ImageDescription): Promise<void> {
  await tx.run(
    `INSERT INTO catalog_images (image_id, settings_key, position, name, version, description, is_default, offered) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
     ON CONFLICT (settings_key) DO UPDATE SET position = excluded.position, name = excluded.name, version = excluded.version,
       description = excluded.description, is_default = excluded.is_default, offered = 1`,
    [
      newImageId,
      image.settingsKey,
      image.position,
      image.name,
      image.version,
      image.description,
      image.isDefault ? 1 : 0,
    ],
  );
}

/** Ends the offer of every image that is not listed. */
export async function withdrawOtherImages(tx: Transaction, settingsKeys: readonly string[]): Promise<void> {
  await tx.run(
    `UPDATE catalog_images SET offered = 0, is_default = 0 WHERE offered = 1 AND settings_key NOT IN (${placeholders(settingsKeys.length)})`,
    settingsKeys,
  );
}
