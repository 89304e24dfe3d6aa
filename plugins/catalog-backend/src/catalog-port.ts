import type { CatalogPort } from '@portico/plugin-catalog/port';
import { offeredImage } from './store/images';
import { offeredSku } from './store/skus';

export const catalogPort: CatalogPort = {
  async sku(queries, options) {
    return offeredSku(queries, options);
  },

  async image(queries, imageId) {
    const image = await offeredImage(queries, imageId);
    if (image === undefined) return undefined;
    const { name, version, source, digest, defaultUser, minDiskBytes } = image;
    return { imageId, name, version, source, digest, defaultUser, minDiskBytes };
  },
};
