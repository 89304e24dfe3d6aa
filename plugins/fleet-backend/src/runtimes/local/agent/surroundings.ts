import { existsSync, statSync } from 'node:fs';

/** Where and as whom programs inside are started. Everything is taken from the environment the sandbox was made with. */
export interface Surroundings {
  shell: string;
  /** The home, or the root directory when the tenant has removed or locked its home. */
  directory: () => string;
  environment: Readonly<Record<string, string>>;
  bundledSftp: boolean;
}

export function surroundings(): Surroundings {
  const environment = { ...process.env } as Record<string, string>;
  const bundledSftp = environment['PORTICO_SFTP'] === 'bundled';
  for (const name of ['PORTICO_SFTP', 'PORTICO_EGRESS_SOCKET']) Reflect.deleteProperty(environment, name);
  const home = environment['HOME'] ?? '/';
  return {
    shell: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    directory: () => {
      try {
        return statSync(home).isDirectory() ? home : '/';
      } catch {
        return '/';
      }
    },
    environment,
    bundledSftp,
  };
}
