import { createPublicKey } from 'node:crypto';
import { chainHash, CHAIN_START, isSignedBy } from './audit-chain';
import type { Checkpoint } from './audit-chain';
import { toChained } from './audit-rows';
import type { AuditItem } from './audit-rows';

export type Verdict =
  | { kind: 'intact'; entries: number; checkpoints: number; signedThrough: number; unsealed: number }
  | { kind: 'altered'; line: number; position: number | null; reason: string };

type Line =
  | { portico_audit_export: number; public_key: string | null }
  | { checkpoint: Checkpoint }
  | { unsealed: number }
  | AuditItem;

/**
 * Checks an export without the portal: every hash is reckoned anew from the entry and the one before, positions have no gap, every checkpoint
 * is signed. `publicKey` is the one noted down earlier; without it the one in the file is taken, which proves that the file is whole but not whose it is.
 */
export async function verifyAuditExport(
  lines: AsyncIterable<string>,
  options: { publicKey?: string } = {},
): Promise<Verdict> {
  let number = 0;
  let previousHash = CHAIN_START;
  let position = 0;
  let checkpoints = 0;
  let signedThrough = 0;
  let unsealed: number | null = null;
  let publicKey = options.publicKey === undefined ? null : createPublicKey(options.publicKey);
  const altered = (reason: string, at: number | null = position): Verdict => ({
    kind: 'altered',
    line: number,
    position: at,
    reason,
  });

  for await (const text of lines) {
    number += 1;
    if (text === '') continue;
    if (unsealed !== null) return altered('lines follow after the end of the export', null);
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      return altered('the line is not JSON', null);
    }
    if ('portico_audit_export' in line) {
      if (number !== 1) return altered('a second beginning', null);
      if (line.public_key !== null) publicKey ??= createPublicKey(line.public_key);
    } else if ('checkpoint' in line) {
      const { checkpoint } = line;
      if (checkpoint.position > position) return altered(`entry ${position + 1} is missing`, position + 1);
      if (checkpoint.position !== position || checkpoint.hash !== previousHash)
        return altered('the checkpoint is of another chain');
      if (publicKey === null || !isSignedBy(checkpoint, publicKey))
        return altered('the signature of the checkpoint is not by this key');
      checkpoints += 1;
      signedThrough = position;
    } else if ('unsealed' in line) {
      unsealed = line.unsealed;
    } else {
      if (line.seal === null) return altered('the entry has no seal', null);
      if (line.seal.position !== position + 1) return altered(`entry ${position + 1} is missing`, position + 1);
      position += 1;
      if (line.seal.previous_hash !== previousHash) return altered('it does not follow the entry before it');
      if (chainHash(previousHash, toChained(line, position)) !== line.seal.hash)
        return altered('its content is not what was sealed');
      previousHash = line.seal.hash;
    }
  }
  if (unsealed === null) return altered('the export is cut off: its last line is missing', null);
  return { kind: 'intact', entries: position, checkpoints, signedThrough, unsealed };
}
