import type { Migration } from '@portico/plugin-kit/backend';
import { ledger } from './0001_ledger';
import { reviewFailures } from './0002_review_failures';
import { accounts } from './0003_accounts';
import { seals } from './0004_seals';
import { payments } from './0005_payments';
import { refunds } from './0006_refunds';
import { grants } from './0007_grants';
import { rollups } from './0008_rollups';
import { alerts } from './0009_alerts';
import { invoices } from './0010_invoices';
import { budgets } from './0011_budgets';
import { eventCatchUp } from './0012_event_catch_up';
import { ledgerLookups } from './0013_ledger_lookups';
import { listLookups } from './0014_list_lookups';

/** In order; forward only. */
export const migrations: readonly Migration[] = [
  ledger,
  reviewFailures,
  accounts,
  seals,
  payments,
  refunds,
  grants,
  rollups,
  alerts,
  invoices,
  budgets,
  eventCatchUp,
  ledgerLookups,
  listLookups,
];
