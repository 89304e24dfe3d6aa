import { operation } from '@portico/plugin-kit/contract';
import { REGIONS_MAX } from './limits';

export const listRegions = operation({
  id: 'listRegions',
  method: 'GET',
  path: 'regions',
  tag: 'catalog',
  summary: 'Regions of the fleet',
  description: 'Where there are nodes, in alphabetical order; a fleet that is not divided has one, `default`.',
  permission: 'catalog.sku.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: {
          type: 'array',
          maxItems: REGIONS_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['region'],
            properties: { region: { type: 'string' } },
          },
        },
        next_cursor: { type: 'null' },
      },
    },
  },
  errors: [],
});
