import type { LoggerService } from '@backstage/backend-plugin-api';
import type { AccessPort } from '@portico/plugin-access/port';
import type {
  Attention,
  Audit,
  Clock,
  Database,
  Mail,
  Outbox,
  RateLimits,
  Secrets,
  Settings,
} from '@portico/plugin-kit/backend';
import type { SkuNames } from '@portico/plugin-billing/port';
import type { PaymentProvider } from './payments/payment-provider';
import type { BillingPolicy } from './policy';

/** What routes and actions of billing work with. */
export interface BillingServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly mail: Mail;
  readonly attention: Attention;
  readonly secrets: Secrets;
  readonly rateLimits: RateLimits;
  readonly settings: Settings;
  readonly access: AccessPort;
  readonly skuNames: SkuNames;
  readonly logger: LoggerService;
  readonly policy: BillingPolicy;
  /** Who takes the money; null where the portal takes none. */
  readonly payments: PaymentProvider | null;
}
