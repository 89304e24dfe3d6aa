/**
 * `npm run admin:reset-password -- USER [--remove-factors]`: gives somebody who is locked out a new password, on the database of the configuration, while the portal
 * runs or while it does not; with the option it takes lost second factors away too. For who may read the portal's key anyway; it is in the audit.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { settingsSections } from '../packages/backend/src/contracts';
import { openDatabase, systemClock } from '../packages/backend/src/services';
import { attention } from '../packages/backend/src/services/attention/attention-service';
import { createAudit } from '../packages/backend/src/services/audit/audit-service';
import { SQLITE_FILE } from '../packages/backend/src/services/database/database-service';
import { createMail } from '../packages/backend/src/services/mail/mail-service';
import { createLogger } from '../packages/backend/src/services/observability/logger';
import { DatabaseOutbox } from '../packages/backend/src/services/outbox/outbox';
import { readOrMakeKey } from '../packages/backend/src/services/secrets/key-file';
import { createSecretBox } from '../packages/backend/src/services/secrets/secret-box';
import { assertSameKey } from '../packages/backend/src/services/secrets/secrets-service';
import {
  appSettings,
  databaseSettings,
  secretsSettings,
} from '../packages/backend/src/services/settings/platform-sections';
import { settingsAlone } from '../packages/backend/src/services/settings/settings-alone';
import { issuePassword } from '../plugins/access-backend/src/actions/issue-password';
import { PasswordHasher } from '../plugins/access-backend/src/authentication/password-hasher';

const REFUSALS = {
  unknown: 'There is no such user.',
  disabled: 'This user is disabled; an administrator enables users under Users.',
  not_a_person: 'This is a service account, which has keys and no password.',
} as const;

/** Only what goes wrong: the password is to be found on the screen. */
const logger = createLogger({ level: 'error', format: 'text', write: line => void process.stderr.write(line) });

const USAGE = 'Whose? npm run admin:reset-password -- USER [--remove-factors]';

interface Order {
  readonly username: string;
  /** For who has lost the second factor as well. */
  readonly removesFactors: boolean;
}

function orderOf(words: readonly string[]): Order | undefined {
  const names = words.filter(word => !word.startsWith('-'));
  const options = words.filter(word => word.startsWith('-'));
  const [username] = names;
  if (username === undefined || names.length > 1 || options.some(option => option !== '--remove-factors'))
    return undefined;
  return { username, removesFactors: options.length > 0 };
}

async function main(words: readonly string[]): Promise<number> {
  const order = orderOf(words);
  if (order === undefined) return complain(USAGE, 2);
  const settings = await settingsAlone({ sections: settingsSections, logger });
  const { url, connectionsMax } = settings.of(databaseSettings);
  const filename = path.join(settings.dataDirectory, SQLITE_FILE);
  // A new file would only hide that this is the wrong folder.
  if (url === undefined && !existsSync(filename))
    return complain(
      `There is no portal in ${settings.dataDirectory}; run this with the configuration of the portal.`,
      1,
    );
  const database = openDatabase(
    url === undefined ? { dialect: 'sqlite', filename } : { dialect: 'postgres', url, connectionsMax },
    systemClock,
  );
  try {
    const key = settings.of(secretsSettings).key;
    const secrets = createSecretBox(
      key === undefined ? readOrMakeKey(settings.dataDirectory) : Buffer.from(key, 'base64'),
    );
    await assertSameKey(database, secrets.keyId);
    // What wakes nobody here is found by the portal's own loops, now or at its next start.
    const outbox = new DatabaseOutbox({ database, clock: systemClock, attention, logger });
    const issued = await issuePassword(
      {
        database,
        hasher: new PasswordHasher(),
        audit: createAudit(() => {}),
        outbox,
        mail: createMail(secrets, () => {}),
        title: settings.of(appSettings).title,
        publicUrl: settings.server.publicUrl,
      },
      { name: order.username, removesFactors: order.removesFactors },
    );
    if (issued.kind === 'refused') return complain(REFUSALS[issued.reason], 1);
    process.stdout.write(
      `\n  user name   ${issued.username}\n  password    ${issued.password}\n\nIt is shown this once and kept only as a hash. All sessions of the user have ended.\n`,
    );
    if (order.removesFactors)
      process.stdout.write(
        issued.removedFactors === 0
          ? 'There was no second factor to remove.\n'
          : 'Second factors and recovery codes are removed; set up new ones after signing in.\n',
      );
    return 0;
  } finally {
    await database.close();
  }
}

function complain(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}

main(process.argv.slice(2)).then(
  code => process.exit(code),
  (error: unknown) => process.exit(complain(error instanceof Error ? error.message : String(error), 1)),
);
