import path from 'node:path';
import { rootConfigServiceFactory } from '@backstage/backend-defaults/rootConfig';
import { contracts, settingsSections } from './contracts';
import { createPorticoBackend } from './portico-backend';
import { runBackend } from './run-backend';

const backend = createPorticoBackend({
  contracts: { contracts, complete: true },
  settingsSections,
  http: { appDirectory: path.resolve(__dirname, '../../app/dist'), checkReplies: false },
  rootConfig: rootConfigServiceFactory({ watch: false }),
});

backend.add(import('@portico/plugin-access-backend'));
backend.add(import('@portico/plugin-billing-backend'));
backend.add(import('@portico/plugin-catalog-backend'));
backend.add(import('@portico/plugin-fleet-backend'));
backend.add(import('@portico/plugin-workloads-backend'));

void runBackend(backend);
