import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface SystemFiles {
  directory: string;
  uid: number;
  home: string;
  hostname: string;
  nvidiaSmi: string;
}

/** The few files a sandbox does not share with its host: who its user is, and what it is called. */
export function writeSystemFiles({ directory, uid, home, hostname, nvidiaSmi }: SystemFiles): void {
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
  const etc = join(directory, 'etc');
  mkdirSync(etc, { recursive: true, mode: 0o755 });
  const files: Record<string, string> = {
    passwd: `root:x:0:0:root:/:/usr/sbin/nologin\nuser:x:${uid}:${uid}:Portico user:${home}:${shell}\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n`,
    group: `root:x:0:\ntty:x:5:\nuser:x:${uid}:\nnogroup:x:65534:\n`,
    hosts: `127.0.0.1 localhost ${hostname}\n::1 localhost\n`,
    hostname: `${hostname}\n`,
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
    'resolv.conf': '# Names are resolved by the proxy in $https_proxy.\n',
    'os-release': existsSync('/usr/lib/os-release') ? readFileSync('/usr/lib/os-release', 'utf8') : 'NAME=Linux\n',
  };
  for (const [name, text] of Object.entries(files)) writeReadable(join(etc, name), text, 0o644);
  writeReadable(join(directory, 'nvidia-smi'), nvidiaSmi, 0o755);
}

/**
 * Makes a directory of the tenant's, once. One that exists is left exactly as it is: its owner may have put links there by now, and
 * root following them would write wherever they point.
 */
export function makeTenantDirectory(path: string, uid: number | null, files: Readonly<Record<string, string>>): void {
  if (existsSync(path)) return;
  mkdirSync(path, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    writeReadable(join(path, name), text, 0o644);
    if (uid !== null) chownSync(join(path, name), uid, uid);
  }
  if (uid !== null) chownSync(path, uid, uid);
}

/** What a shell finds in a new home. Comes from the host's skeleton where there is one. */
export function homeFiles(): Record<string, string> {
  return {
    '.bashrc': existsSync('/etc/skel/.bashrc') ? readFileSync('/etc/skel/.bashrc', 'utf8') : '',
    '.profile': '[ -n "$BASH_VERSION" ] && [ -f "$HOME/.bashrc" ] && . "$HOME/.bashrc"\n',
  };
}

/** Whatever the backend's umask: the tenant, another uid, must be able to read it. */
function writeReadable(path: string, text: string, mode: number): void {
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
}
