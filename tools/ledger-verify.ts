/** `npm run ledger:verify -- FILE [PUBLIC_KEY_FILE]`: checks an exported ledger without the portal. Exits 1 when it was altered. */
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { verifyLedgerExport } from '../plugins/billing-backend/src/domain/ledger-verification';

async function main([file, keyFile]: readonly string[]): Promise<number> {
  if (file === undefined) {
    process.stderr.write('Which file? npm run ledger:verify -- FILE [PUBLIC_KEY_FILE]\n');
    return 2;
  }
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const verdict = await verifyLedgerExport(
    lines,
    keyFile === undefined ? {} : { publicKey: readFileSync(keyFile, 'utf8') },
  );
  if (verdict.kind === 'altered') {
    const position = verdict.position === null ? '' : `, entry ${verdict.position}`;
    const id = verdict.entryId === null ? '' : ` (${verdict.entryId})`;
    process.stdout.write(`ALTERED at line ${verdict.line}${position}${id}: ${verdict.reason}.\n`);
    return 1;
  }
  const balances = Object.entries(verdict.balances).map(([account, micros]) => `  ${account.padEnd(20)} ${micros}\n`);
  process.stdout.write(
    `Intact: the ledger of ${verdict.organizationId}, ${verdict.entries} entries, ${verdict.checkpoints} signed checkpoints, signed to its end.\n` +
      `Balances in micro-units of ${verdict.currency}, each the sum of its postings:\n${balances.join('')}` +
      (keyFile === undefined
        ? 'The public key was taken from the file itself; give the one you noted down to know whose ledger it is.\n'
        : ''),
  );
  return 0;
}

void main(process.argv.slice(2)).then(code => process.exit(code));
