import { definePermissions } from '@portico/plugin-kit/contract';

export const catalogPermissions = definePermissions({
  'catalog.sku.read': 'see what can be launched, its price and its free capacity',
  'catalog.image.read': 'see the images a workload can start from',
});
