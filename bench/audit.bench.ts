import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chainHash, CHAIN_START, signCheckpoint } from '../packages/backend/src/services/audit/audit-chain';
import { toChained } from '../packages/backend/src/services/audit/audit-rows';
import type { AuditItem } from '../packages/backend/src/services/audit/audit-rows';
import { verifyAuditExport } from '../packages/backend/src/services/audit/audit-verification';
import { alternate, median, printTable } from './report';

/**
 * How long an exported audit log takes to verify offline, from the file: every hash reckoned anew, every signature checked. The anchor reads the same file and
 * does no more than SHA-256 over each line: what reading and hashing cost whoever does it.
 */
const ENTRIES = 100_000;
const ENTRIES_PER_CHECKPOINT = 1_000;
const ROUNDS = 5;
const SECONDS_MAX = 2;

function entry(position: number): AuditItem {
  const isKey = position % 3 === 0;
  return {
    audit_id: `aud_bench${position}`,
    at: new Date(Date.UTC(2026, 0, 1) + position * 1000).toISOString(),
    action: 'access.ssh_key.add',
    actor: {
      type: isKey ? 'api_key' : 'user',
      id: `usr_bench${position % 1_000}`,
      key_id: isKey ? 'apikey_bench' : null,
      support_session_id: null,
      session_id: 'sess_bench',
      address: '192.0.2.1',
    },
    on_behalf_of: null,
    resource: { type: 'ssh_key', id: `key_bench${position}` },
    organization_id: `org_bench${position % 500}`,
    project_id: null,
    correlation_id: `corr_bench${position}`,
    reason: null,
    changes: {
      name: { after: `laptop ${position}` },
      key_type: { after: 'ssh-ed25519' },
      fingerprint: { after: 'SHA256:' },
    },
    seal: null,
  };
}

async function writeLog(file: string): Promise<string> {
  const keys = generateKeyPairSync('ed25519');
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const handle = await open(file, 'w');
  let previousHash = CHAIN_START;
  let text = `${JSON.stringify({ portico_audit_export: 1, public_key: publicKey })}\n`;
  for (let position = 1; position <= ENTRIES; position += 1) {
    const item = entry(position);
    const hash = chainHash(previousHash, toChained(item, position));
    text += `${JSON.stringify({ ...item, seal: { position, previous_hash: previousHash, hash } })}\n`;
    previousHash = hash;
    if (position % ENTRIES_PER_CHECKPOINT !== 0) continue;
    text += `${JSON.stringify({ checkpoint: signCheckpoint({ position, hash, at: item.at }, keys.privateKey) })}\n`;
    await handle.write(text);
    text = '';
  }
  await handle.write(`${text}${JSON.stringify({ unsealed: 0 })}\n`);
  await handle.close();
  return publicKey;
}

const linesOf = (file: string) => createInterface({ input: createReadStream(file), crlfDelay: Infinity });

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-audit-'));
  try {
    const file = path.join(folder, 'audit.jsonl');
    const publicKey = await writeLog(file);
    const timed = async (work: () => Promise<void>) => {
      const begun = performance.now();
      await work();
      return (performance.now() - begun) / 1000;
    };
    const samples = await alternate(ROUNDS, {
      verify: () =>
        timed(async () => {
          const verdict = await verifyAuditExport(linesOf(file), { publicKey });
          if (verdict.kind !== 'intact' || verdict.entries !== ENTRIES) throw new Error(JSON.stringify(verdict));
        }),
      hash: () =>
        timed(async () => {
          for await (const line of linesOf(file)) createHash('sha256').update(line).digest('hex');
        }),
    });
    printTable('Verifying an exported audit log', [
      {
        what: `${ENTRIES} entries, ${ENTRIES / ENTRIES_PER_CHECKPOINT} signatures ÷ reading and hashing the lines`,
        measured: median(samples.verify),
        unit: 's',
        anchor: median(samples.hash),
        bar: { atMost: SECONDS_MAX },
      },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
