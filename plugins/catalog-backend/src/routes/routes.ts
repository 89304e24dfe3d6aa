import type { catalogContract } from '@portico/plugin-catalog/contract';
import type { Handlers } from '@portico/plugin-kit/backend';
import type { CatalogServices } from '../services';
import { imageAdminRoutes } from './image-admin-routes';
import { skuAdminRoutes } from './sku-admin-routes';
import { userRoutes } from './user-routes';

export function catalogRoutes(services: CatalogServices): Handlers<typeof catalogContract> {
  return { ...userRoutes(services), ...skuAdminRoutes(services), ...imageAdminRoutes(services) };
}
