import type { LoggerService } from '@backstage/backend-plugin-api';
import { ensureFirstAdmin, FIRST_ADMIN_USERNAME } from './actions/ensure-first-admin';
import { passwordWeakness } from './domain/password';

/** Sees to it that there is an administrator, and tells the operator what they must know about it. */
export async function startFirstAdmin(
  services: Parameters<typeof ensureFirstAdmin>[0] & { readonly logger: LoggerService },
  configuredPassword: string | undefined,
): Promise<void> {
  const { created, generatedPassword } = await ensureFirstAdmin(services, configuredPassword);
  if (!created) return;
  services.logger.info('created the first platform administrator', { username: FIRST_ADMIN_USERNAME });
  if (generatedPassword !== null) process.stdout.write(notice(generatedPassword));
  const weakness =
    configuredPassword && passwordWeakness({ password: configuredPassword, username: FIRST_ADMIN_USERNAME });
  // The operator's word is taken, unlike a stranger's: they may be trying the portal out on their own machine.
  if (weakness) services.logger.warn(`the configured password of the administrator is weak: ${weakness.advice}`);
}

/** The generated password, framed, for the console and not for the log: logs are shipped and kept, this is shown once. */
function notice(password: string): string {
  const lines = [
    'First start: an administrator was created.',
    '',
    `  user name   ${FIRST_ADMIN_USERNAME}`,
    `  password    ${password}`,
    '',
    'It is shown this once and kept only as a hash.',
  ];
  const width = Math.max(...lines.map(line => line.length));
  const rule = '─'.repeat(width + 2);
  return ['', `┌${rule}┐`, ...lines.map(line => `│ ${line.padEnd(width)} │`), `└${rule}┘`, '', ''].join('\n');
}
