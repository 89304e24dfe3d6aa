import {
  activeProjectSchema,
  idSchema,
  instantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { anyLedgerEntrySchema, ledgerEntryKindSchema, ledgerEntrySchema } from './schemas';

/** Longest reason; as long as those of other deeds of administrators. */
const REASON_CHARACTERS_MAX = 500;
/** Not only spaces, and no control characters but line breaks. */
const REASON_PATTERN =
  '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*[^\\s\\u0000-\\u0009\\u000b-\\u001f\\u007f][^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$';

const ledgerFilterProperties = {
  kind: ledgerEntryKindSchema,
  allocation_id: idSchema,
  project_id: idSchema,
  user_id: idSchema,
  from: { ...instantSchema, description: 'Entries made at this instant or later.' },
  to: { ...instantSchema, description: 'Entries made before this instant.' },
} as const;

export const listLedger = operation({
  id: 'listLedger',
  method: 'GET',
  path: 'billing/ledger',
  tag: 'billing',
  summary: 'Every movement of money',
  description:
    'Entries of the caller’s organization, newest first. Entries are never changed or removed; what was a mistake is followed by its reversal, and each of the two names the other.',
  permission: 'billing.ledger.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...ledgerFilterProperties, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(ledgerEntrySchema) },
  errors: ['cursor_invalid', 'period_invalid'],
});

export const exportLedger = operation({
  id: 'exportLedger',
  method: 'GET',
  path: 'billing/ledger/export',
  tag: 'billing',
  summary: 'The ledger of the organization, for keeping and checking elsewhere',
  description:
    'As JSON Lines: oldest first, streamed; a first line with the public key, every entry with its postings, its place in the hash chain and its hash, signed checkpoints between them, and a signed last ' +
    'line with the balances of all accounts. `npm run ledger:verify -- FILE [PUBLIC_KEY_FILE]` checks chain, sums, balances and signatures without the portal, and names the first entry that was altered. As CSV: a row for ' +
    'each entry made within the period, for spreadsheets; a cell that one would run as a formula is made inert by a leading apostrophe. Only a whole ledger can be verified, so ' +
    'JSON Lines take no period.',
  permission: 'billing.ledger.export',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      format: { type: 'string', enum: ['jsonl', 'csv'], default: 'jsonl' },
      from: ledgerFilterProperties.from,
      to: ledgerFilterProperties.to,
      active_project_id: activeProjectSchema,
    },
  },
  responses: { 200: { type: 'string' } },
  errors: ['not_found', 'period_invalid', 'ledger_export_not_narrowable'],
  streams: ['application/jsonl', 'text/csv'],
  activeProjectIn: 'active_project_id',
});

export const getLedgerKey = operation({
  id: 'getLedgerKey',
  method: 'GET',
  path: 'billing/ledger/public-key',
  tag: 'billing',
  summary: 'The key that proves whose ledger an export is',
  description:
    'Note it down, and give it to whoever checks exports: a file that is signed by another key was not made by this portal. It stays the same for the life of the portal.',
  permission: 'billing.ledger.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['algorithm', 'public_key', 'fingerprint'],
      properties: {
        algorithm: { type: 'string', const: 'ed25519' },
        public_key: { type: 'string', description: 'SPKI in PEM: save it as a file for `npm run ledger:verify`.' },
        fingerprint: { type: 'string', description: 'SHA-256 of the key in DER, in hex: short enough to read out.' },
      },
    },
  },
  errors: [],
});

export const listAnyLedger = operation({
  id: 'listAnyLedger',
  method: 'GET',
  path: 'admin/ledger',
  tag: 'billing',
  summary: 'Movements of money of every organization',
  description: 'Newest first.',
  permission: 'billing.payment.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { organization_id: idSchema, ...ledgerFilterProperties, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(anyLedgerEntrySchema) },
  errors: ['cursor_invalid', 'period_invalid'],
});

export const reverseLedgerEntry = operation({
  id: 'reverseLedgerEntry',
  method: 'POST',
  path: 'admin/ledger/{entry_id}/reversal',
  tag: 'billing',
  summary: 'Reverse a credit that was a mistake',
  description:
    'Takes the amount back to where it came from by an entry of its own, once, less what of it ran out before: what is available first, then what is held, and what was spent by then is owed. Only credits that nobody paid ' +
    'for (`internal_credit`, `voucher`, `trial`); a payment is refunded instead, and what was made good for an outage is taken back by itself when it turns out otherwise.',
  permission: 'billing.entry.reverse_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['entry_id'],
    properties: { entry_id: idSchema },
  },
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: {
      reason: { type: 'string', minLength: 1, maxLength: REASON_CHARACTERS_MAX, pattern: REASON_PATTERN },
    },
  },
  responses: { 201: anyLedgerEntrySchema },
  errors: ['not_found', 'entry_not_reversible', 'entry_already_reversed'],
});
