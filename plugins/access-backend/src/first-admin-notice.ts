import { FIRST_ADMIN_USERNAME } from './actions/ensure-first-admin';

/** The generated password, framed, for the console and not for the log: logs are shipped and kept, this is shown once. */
export function firstAdminNotice(password: string): string {
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
