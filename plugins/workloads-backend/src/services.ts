import type { LoggerService } from '@backstage/backend-plugin-api';
import type { AccessPort } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { CatalogPort } from '@portico/plugin-catalog/port';
import type { FleetPort } from '@portico/plugin-fleet/port';
import type {
  Attention,
  Audit,
  Clock,
  Database,
  Outbox,
  Secrets,
  Settings,
  SettingsOf,
  Tasks,
} from '@portico/plugin-kit/backend';
import { workloadSettings } from '@portico/plugin-workloads/contract';
import { createPublishedAddress } from './published-address';
import type { PublishedAddress } from './published-address';
import { createSshAddress, sshPort } from './ssh-address';
import type { SshAddress } from './ssh-address';
import { createMetricsStore } from './store/metrics';
import type { MetricsStore } from './store/metrics';
import { openMetricsDatabase } from './store/metrics-database';

type Configured = SettingsOf<typeof workloadSettings>;
/** The section of the configuration, with the SSH port settled. */
type WorkloadsSettings = Configured & { readonly ssh: { readonly port: number } };

/** Everything the actions, tasks and observers of this plugin work with. Each takes what it needs of it. */
export interface Services {
  readonly access: AccessPort;
  readonly billing: BillingPort;
  readonly catalog: CatalogPort;
  readonly fleet: FleetPort;
  readonly attention: Attention;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly database: Database;
  readonly logger: LoggerService;
  readonly metrics: MetricsStore;
  readonly outbox: Outbox;
  readonly publishedAddress: PublishedAddress;
  readonly secrets: Secrets;
  readonly settings: Settings;
  readonly sshAddress: SshAddress;
  readonly tasks: Tasks;
  readonly workloads: WorkloadsSettings;
}

/** What the platform and the other plugins provide, and what this plugin makes of it for itself. */
export function createServices<
  Platform extends Omit<Services, 'metrics' | 'publishedAddress' | 'sshAddress' | 'workloads'>,
>(platform: Platform): Platform & Services {
  const { database, settings } = platform;
  const configured = settings.of(workloadSettings);
  return {
    ...platform,
    metrics: createMetricsStore(openMetricsDatabase({ database, dataDirectory: settings.dataDirectory })),
    publishedAddress: createPublishedAddress(settings),
    sshAddress: createSshAddress(settings),
    workloads: { ...configured, ssh: { ...configured.ssh, port: sshPort(settings) } },
  };
}
