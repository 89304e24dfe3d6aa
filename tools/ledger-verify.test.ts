import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chainHash, CHAIN_START, signatureOf } from '../plugins/billing-backend/src/domain/ledger-chain';
import type { ChainedEntry } from '../plugins/billing-backend/src/domain/ledger-chain';

const root = path.join(__dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'portico-ledger-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = generateKeyPairSync('ed25519');
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const at = '2026-01-15T12:00:00.000Z';
const organization = 'org_one';

function entry(number: number, part: Partial<ChainedEntry> = {}): ChainedEntry {
  return {
    ...{ entry_id: `led_${number}`, organization_id: organization, kind: 'top_up', currency: 'USD', amount: '5' },
    ...{ department_id: null, project_id: null, user_id: null, allocation_id: null },
    ...{ actor_type: 'system', actor_id: 'test', correlation_id: null, reference: `r${number}`, description: '' },
    ...{ period_from: null, period_to: null, created_at: at },
    postings: { customer_available: '5', processor_clearing: '-5' },
    ...part,
  };
}

/** What the portal would write of these entries: sealed and signed, whatever they say. */
function exported(entries: readonly ChainedEntry[], balances: Record<string, string>): string[] {
  const lines: string[] = [];
  const signed = (statement: Parameters<typeof signatureOf>[0]) => signatureOf(statement, keys.privateKey);
  const beginning = { version: 1, organization_id: organization, currency: 'USD', public_key: publicKey, at } as const;
  lines.push(JSON.stringify({ ledger: beginning, signature: signed({ kind: 'beginning', content: beginning }) }));
  let hash = CHAIN_START;
  entries.forEach((one, index) => {
    hash = chainHash(hash, { position: index + 1, entry: one });
    lines.push(JSON.stringify({ position: index + 1, entry: one, hash }));
  });
  const checkpoint = { organization_id: organization, position: entries.length, hash, at };
  lines.push(JSON.stringify({ checkpoint, signature: signed({ kind: 'checkpoint', content: checkpoint }) }));
  const digest = createHash('sha256').update(lines.map(line => `${line}\n`).join(''));
  const end = { organization_id: organization, entries: entries.length, balances, lines_sha256: digest.digest('hex') };
  lines.push(JSON.stringify({ end, signature: signed({ kind: 'end', content: end }) }));
  return lines;
}

function verify(lines: readonly string[], key?: string): { code: number | null; output: string } {
  const file = path.join(folder, 'ledger.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const keyFile = path.join(folder, 'key.pem');
  if (key !== undefined) writeFileSync(keyFile, key);
  const run = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/.bin/tsx'), 'tools/ledger-verify.ts', file, ...(key === undefined ? [] : [keyFile])],
    { cwd: root, encoding: 'utf8' },
  );
  return { code: run.status, output: run.stdout + run.stderr };
}

const BALANCES = { customer_available: '10', processor_clearing: '-10' };

test('an intact ledger says whose it is and what its balances are', () => {
  const verdict = verify(exported([entry(1), entry(2)], BALANCES), publicKey);
  expect(verdict.code).toBe(0);
  expect(verdict.output).toContain('Intact: the ledger of org_one, 2 entries, 1 signed checkpoints');
  expect(verdict.output).toMatch(/customer_available +10\n/);
});

test.each([
  [
    'an altered entry',
    () => exported([entry(1), entry(2)], BALANCES).map(line => line.replace('"r2"', '"r3"')),
    'line 3, entry 2 (led_2): its content is not what was sealed',
  ],
  [
    'an entry whose postings do not sum to zero, sealed as it is',
    () => exported([entry(1, { postings: { customer_available: '5' } }), entry(2)], BALANCES),
    'line 2, entry 1 (led_1): its postings sum to 5',
  ],
  [
    'balances that are not the sum of the postings',
    () => exported([entry(1), entry(2)], { ...BALANCES, usage_revenue: '1' }),
    'the balance of usage_revenue is 1, and its postings sum to 0',
  ],
  [
    'usage that leaves time out',
    () => {
      const usage = (number: number, from: string, to: string) =>
        entry(number, {
          ...{ kind: 'usage', allocation_id: 'alloc_1', period_from: from, period_to: to },
        });
      const lines = [
        usage(1, at, '2026-01-15T12:00:00.010Z'),
        usage(2, '2026-01-15T12:00:00.020Z', '2026-01-15T12:00:00.030Z'),
      ];
      return exported(lines, BALANCES);
    },
    'line 3, entry 2 (led_2): the usage of alloc_1 does not begin where that before it ended',
  ],
])('%s is named, and the command fails', (_what, lines, expected) => {
  const verdict = verify(lines(), publicKey);
  expect(verdict.output).toContain(expected);
  expect(verdict.code).toBe(1);
});

test('a file of another portal is not taken for ours', () => {
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(verify(exported([entry(1), entry(2)], BALANCES), other)).toMatchObject({
    code: 1,
    output: expect.stringContaining('ALTERED at line 1: the first line is not signed by this key') as string,
  });
});
