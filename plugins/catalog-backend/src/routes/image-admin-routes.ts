import type { catalogContract } from '@portico/plugin-catalog/contract';
import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, Queries, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { changeImage, createImage, offerImage, setDefaultImage, withdrawImage } from '../actions/change-image';
import { adminImageItem } from '../administration-view';
import type { AdminImageDetail } from '../administration-view';
import { inUse } from '../in-use';
import type { CatalogServices } from '../services';
import { skusNaming } from '../store/all-skus';
import { anyImage, imagesPage } from '../store/images';

type ImageAdminOperations =
  | 'listAdminOsImages'
  | 'getAdminOsImage'
  | 'createOsImage'
  | 'updateOsImage'
  | 'withdrawOsImage'
  | 'offerOsImage'
  | 'setDefaultOsImage';

/** What those do with images who look after the catalogue. */
export function imageAdminRoutes(
  services: CatalogServices,
): Pick<Handlers<typeof catalogContract>, ImageAdminOperations> {
  const { database } = services;
  const detail = async (queries: Queries, imageId: string): Promise<AdminImageDetail> => {
    const image = await anyImage(queries, imageId);
    if (image === undefined) throw common.fail('not_found');
    const naming = await skusNaming(queries, imageId);
    return {
      ...adminImageItem(image),
      in_use: await inUse(queries, services, { imageId }),
      named_by_skus: naming.map(({ skuId, name }) => ({ sku_id: skuId, name })),
    };
  };
  const changed = async (tx: Transaction, imageId: string) => ({
    status: 200 as const,
    body: await detail(tx, imageId),
  });
  return {
    async listAdminOsImages({ query }) {
      const { q, offered: isOffered, managed_by: managedBy } = query;
      const { shown, nextCursor } = await pageByTime(query, {
        name: `catalog.all-images:${JSON.stringify([q, isOffered, managedBy])}`,
        rows: page => imagesPage(database.read, { q, isOffered, managedBy, ...page }),
        placeOf: image => ({ at: image.createdAt, id: image.imageId }),
      });
      return { status: 200, body: { items: shown.map(adminImageItem), next_cursor: nextCursor } };
    },

    async getAdminOsImage({ params }) {
      return { status: 200, body: await detail(database.read, params.image_id) };
    },

    async createOsImage(request) {
      const { body } = request;
      const image = {
        name: body.name,
        version: body.version,
        description: body.description,
        source: body.source,
        digest: body.digest,
        defaultUser: body.default_user,
        minDiskBytes: body.min_disk_bytes,
        isOffered: body.offered,
      };
      return request.write(async tx => {
        const imageId = await createImage(tx, services, { ...request, image });
        return { status: 201, body: await detail(tx, imageId) };
      });
    },

    async updateOsImage(request) {
      const { body, params } = request;
      const change = {
        name: body.name,
        version: body.version,
        description: body.description,
        source: body.source,
        digest: body.digest,
        defaultUser: body.default_user,
        minDiskBytes: body.min_disk_bytes,
      };
      return request.write(async tx => {
        await changeImage(tx, services, { ...request, imageId: params.image_id, change });
        return changed(tx, params.image_id);
      });
    },

    async withdrawOsImage(request) {
      const imageId = request.params.image_id;
      return request.write(async tx => {
        await withdrawImage(tx, services, { ...request, imageId });
        return changed(tx, imageId);
      });
    },

    async offerOsImage(request) {
      const imageId = request.params.image_id;
      return request.write(async tx => {
        await offerImage(tx, services, { ...request, imageId });
        return changed(tx, imageId);
      });
    },

    async setDefaultOsImage(request) {
      const imageId = request.params.image_id;
      return request.write(async tx => {
        await setDefaultImage(tx, services, { ...request, imageId });
        return changed(tx, imageId);
      });
    },
  };
}
