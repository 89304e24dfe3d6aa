import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Database, Secrets, Transaction } from '@portico/plugin-kit/backend';
import { chainHash, signCheckpoint } from './audit-chain';
import { toAuditItem, toChained } from './audit-rows';
import type { AuditRow } from './audit-rows';

/** Rows one round seals; the rest follow in the next, so that the transaction stays short. */
const SEALED_PER_ROUND_MAX = 200;
/** A signature at least every so many entries… */
export const ENTRIES_PER_CHECKPOINT = 1_000;
/** …and whenever this much time has passed since the last one and something was sealed. */
export const CHECKPOINT_MILLISECONDS = 60_000;

const KEY_PURPOSE = 'platform.audit-signing-key';

/** The key that signs checkpoints: made once, kept encrypted, so that the database alone is not enough to make a chain of one's own. */
export async function auditSigningKey(database: Database, secrets: Secrets): Promise<KeyObject> {
  const made = generateKeyPairSync('ed25519');
  const encrypted = secrets.encrypt(KEY_PURPOSE, made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const publicKey = made.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const kept = await database.transaction(async tx => {
    await tx.run(
      `INSERT INTO platform_audit_signing_key (singleton, private_key_encrypted, public_key) VALUES (1, ?, ?)
       ON CONFLICT (singleton) DO NOTHING`,
      [encrypted, publicKey],
    );
    return tx.first<{ private_key_encrypted: string }>(
      'SELECT private_key_encrypted FROM platform_audit_signing_key WHERE singleton = 1',
    );
  });
  if (kept === undefined) throw new Error('the audit signing key was written and cannot be read back');
  return createPrivateKey(secrets.decrypt(KEY_PURPOSE, kept.private_key_encrypted));
}

/**
 * Chains what was committed since the last round. Sealers of several replicas take turns by the lock on the head row. A deed whose transaction commits late gets a
 * later position than one with a higher serial number: the chain is in the order in which deeds became visible.
 */
export async function sealAudit(database: Database, signingKey: KeyObject): Promise<boolean> {
  const waiting = await database.read.first('SELECT 1 AS one FROM platform_audit_unsealed LIMIT 1');
  if (waiting === undefined) return false;
  return database.transaction(async tx => {
    const head = await tx.first<{ position: number; hash: string }>(
      `SELECT position, hash FROM platform_audit_head WHERE singleton = 1${tx.forUpdate}`,
    );
    if (head === undefined) throw new Error('the head of the audit chain is missing');
    const rows = await tx.all<AuditRow>(
      `SELECT log.*, NULL AS position, NULL AS previous_hash, NULL AS hash FROM platform_audit_unsealed AS waiting
       JOIN platform_audit_log AS log ON log.sequence = waiting.sequence ORDER BY waiting.sequence LIMIT ?`,
      [SEALED_PER_ROUND_MAX],
    );
    let { position, hash } = head;
    for (const row of rows) {
      position += 1;
      const previousHash = hash;
      hash = chainHash(previousHash, toChained(toAuditItem(row), position));
      await tx.run('INSERT INTO platform_audit_seals (position, sequence, previous_hash, hash) VALUES (?, ?, ?, ?)', [
        position,
        row.sequence,
        previousHash,
        hash,
      ]);
      await tx.run('DELETE FROM platform_audit_unsealed WHERE sequence = ?', [row.sequence]);
    }
    await tx.run('UPDATE platform_audit_head SET position = ?, hash = ? WHERE singleton = 1', [position, hash]);
    await checkpoint(tx, { position, hash, signingKey });
    return rows.length === SEALED_PER_ROUND_MAX;
  });
}

async function checkpoint(
  tx: Transaction,
  head: { position: number; hash: string; signingKey: KeyObject },
): Promise<void> {
  const last = await tx.first<{ position: number; at: number }>(
    'SELECT position, at FROM platform_audit_checkpoints ORDER BY position DESC LIMIT 1',
  );
  const isDue =
    last === undefined ||
    head.position - last.position >= ENTRIES_PER_CHECKPOINT ||
    tx.now - last.at >= CHECKPOINT_MILLISECONDS;
  if (!isDue || last?.position === head.position) return;
  const signed = signCheckpoint(
    { position: head.position, hash: head.hash, at: new Date(tx.now).toISOString() },
    head.signingKey,
  );
  await tx.run('INSERT INTO platform_audit_checkpoints (position, hash, at, signature) VALUES (?, ?, ?, ?)', [
    signed.position,
    signed.hash,
    tx.now,
    signed.signature,
  ]);
}
