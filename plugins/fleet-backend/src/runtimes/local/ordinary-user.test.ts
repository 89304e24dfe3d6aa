import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets, buildDriver, mechanisms } from './testing/sandbox-bench';

const NOBODY = 65_534;
const assets = buildAssets();
const driver = buildDriver(assets.directory);
afterAll(() => assets.remove());

/** Only root can become another user; where the tests run as an ordinary user, every other test already is this one. */
const asRoot = process.getuid?.() === 0;
if (!asRoot)
  process.stderr.write('SKIPPED: sandboxes of another user, because these tests already run as an ordinary user.\n');

(asRoot ? describe : describe.skip).each(mechanisms())('as an ordinary user, with %s', isolation => {
  it('builds the same boundary without any privilege, and removes it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'portico-user-'));
    chmodSync(directory, 0o700);
    chownSync(directory, NOBODY, NOBODY);
    try {
      const lines = [
        'id -un; hostname; touch ~/x /tmp/x && echo home; tty; nvidia-smi -L | wc -l',
        'grep -E "^Cap(Prm|Eff|Bnd)" /proc/self/status',
        'unshare -Ur true || mount -t tmpfs none /tmp || touch /usr/x || cat /etc/shadow',
        'ps -e -o args= | grep -c "[s]upervisor"',
        'curl -sS -m 5 http://169.254.169.254/',
        `exec python3 -c "
import time
held = []
while True: held.append(bytearray(b'x') * 8_000_000); time.sleep(0.01)"`,
        'mkdir -p ~/locked/deep; chmod 0 ~/locked; setsid sleep 800 >/dev/null 2>&1 &',
      ];
      const orders = {
        options: {
          stateDirectory: join(
            directory,
            'a-name-so-long-that-a-socket-below-it-does-not-fit-into-the-108-bytes-of-sun-path',
          ),
          isolation,
          assetsDirectory: assets.directory,
        },
        allocationId: 'mine',
        lines,
        shellInput: null,
        release: true,
      };
      const reach = [
        'setpriv',
        '--reuid',
        String(NOBODY),
        '--regid',
        String(NOBODY),
        '--clear-groups',
        process.execPath,
        driver,
        JSON.stringify(orders),
      ];
      const text = execFileSync(reach[0] as string, reach.slice(1), {
        env: { PATH: process.env['PATH'], HOME: directory },
        cwd: '/',
      }).toString();
      const said = text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { output: string; exitCode: number; released?: unknown });
      expect(said[0]?.output).toBe('user\nhost-mine\nhome\nnot a tty\n2\n');
      expect(said[1]?.output.match(/0{16}/g)).toHaveLength(3);
      expect(said[2]?.exitCode).not.toBe(0);
      expect(said[3]?.output).toBe('0\n');
      expect(said[4]?.output).toMatch(/does not let a sandbox connect/);
      expect(said[5]).toMatchObject({ exitCode: null }); // No control group here: the watch killed it.
      expect(said[6]?.exitCode).toBe(0);
      expect(said[7]?.released).toMatchObject({ state: 'absent' });
      expect(readdirSync(join(orders.options.stateDirectory, 'allocations'))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
