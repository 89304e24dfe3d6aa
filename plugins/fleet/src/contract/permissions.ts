import { definePermissions } from '@portico/plugin-kit/contract';

export const fleetPermissions = definePermissions({
  'fleet.node.read': 'see the nodes of the platform, their slots and who holds them',
  'fleet.node.manage': 'bring nodes in, approve their slots, drain them, clean them up and take them out',
});
