import type { Migration } from '@portico/plugin-kit/backend';
import { allocations } from './0001_allocations';
import { metrics } from './0002_metrics';
import { gateways } from './0003_gateways';
import { idleness } from './0004_idleness';
import { batches } from './0005_batches';
import { publishedPorts } from './0006_published_ports';
import { recordings } from './0007_recordings';
import { tags } from './0008_tags';

export const migrations: readonly Migration[] = [
  allocations,
  metrics,
  gateways,
  idleness,
  batches,
  publishedPorts,
  recordings,
  tags,
];
