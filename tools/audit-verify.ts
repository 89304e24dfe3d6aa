/** `npm run audit:verify -- FILE [PUBLIC_KEY_FILE]`: checks an exported audit log without the portal. Exits 1 when it was altered. */
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyAuditExport } from '../packages/backend/src/services/audit/audit-verification';

async function main([file, keyFile]: readonly string[]): Promise<number> {
  if (file === undefined) {
    process.stderr.write('Which file? npm run audit:verify -- FILE [PUBLIC_KEY_FILE]\n');
    return 2;
  }
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const verdict = await verifyAuditExport(
    lines,
    keyFile === undefined ? {} : { publicKey: readFileSync(keyFile, 'utf8') },
  );
  if (verdict.kind === 'altered') {
    const where = verdict.position === null ? '' : `, entry ${verdict.position}`;
    process.stdout.write(`ALTERED at line ${verdict.line}${where}: ${verdict.reason}.\n`);
    return 1;
  }
  process.stdout.write(
    `Intact: ${verdict.entries} entries, ${verdict.checkpoints} signed checkpoints, signed through entry ${verdict.signedThrough}, ${verdict.unsealed} not sealed yet at the time.\n` +
      (keyFile === undefined
        ? 'The public key was taken from the file itself; give the one you noted down to know whose log it is.\n'
        : ''),
  );
  return 0;
}

void main(process.argv.slice(2)).then(code => process.exit(code));
