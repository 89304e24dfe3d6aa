import { definePermissions } from '@portico/plugin-kit/contract';

export const catalogPermissions = definePermissions({
  'catalog.sku.read': 'see what can be launched, its price and its free capacity',
  'catalog.image.read': 'see the images a workload can start from',
  'catalog.sku.manage': 'decide what hardware is sold, at what price, in which regions and to whom',
  'catalog.image.manage': 'decide which images workloads can start from',
});
