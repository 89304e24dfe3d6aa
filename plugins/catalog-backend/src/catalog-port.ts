import type { CatalogPort } from '@portico/plugin-catalog/port';
import { offeredImage } from './store/images';
import { offeredSku } from './store/skus';

export const catalogPort: CatalogPort = {
  async sku(queries, options) {
    return offeredSku(queries, options);
  },

  async image(queries, imageId) {
    const row = await offeredImage(queries, imageId);
    return row === undefined
      ? undefined
      : {
          imageId: row.image_id,
          name: row.name,
          version: row.version,
          source: null,
          digest: null,
          defaultUser: 'user',
        };
  },
};
