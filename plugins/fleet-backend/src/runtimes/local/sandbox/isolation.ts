import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RuntimeError } from '../port';
import { translateDiskErrors } from '../allocation-store';
import { PROBE_DEADLINE_MS, ROOT_BYTES } from '../limits';
import { bubblewrapCommand } from './bubblewrap';
import { HOST_ENVIRONMENT } from './host-environment';
import { utilLinuxCommand } from './util-linux';
import type { SandboxPlan } from './plan';

const run = promisify(execFile);

export type IsolationChoice = 'auto' | 'bubblewrap' | 'util-linux' | 'none';

/** How this machine isolates: what was tried and found to work, not what is installed. */
export interface Mechanism {
  name: 'bubblewrap' | 'util-linux' | 'none';
  /** In words a person reads. */
  detail: string;
  /** Whether the sandbox's user can be put into a user namespace of its own that forbids further ones. */
  nestUserNamespace: boolean;
}

interface ProbeOptions {
  directory: string;
  hostUid: number | null;
  /** Where the tools are looked for; the system's places when absent. */
  environment?: Readonly<Record<string, string>>;
}

/**
 * Finds a mechanism by building a real, empty sandbox with each candidate and running a command in it. A tool that is installed but
 * refused (by AppArmor, by a container's own sandbox, by a sysctl) counts as missing.
 */
export async function chooseIsolation(choice: IsolationChoice, options: ProbeOptions): Promise<Mechanism> {
  if (choice === 'none')
    return { name: 'none', detail: 'none: processes run as the portal’s own user', nestUserNamespace: false };
  const refusals: string[] = [];
  for (const name of choice === 'auto' ? (['bubblewrap', 'util-linux'] as const) : [choice]) {
    for (const nestUserNamespace of [true, false]) {
      const mechanism: Mechanism = { name, detail: name, nestUserNamespace };
      try {
        await trySandbox(mechanism, options);
        return { ...mechanism, detail: await describe(name) };
      } catch (error) {
        if (error instanceof RuntimeError) throw error;
        refusals.push(`${name}: ${reason(error)}`);
      }
      // An ordinary user's sandbox is a user namespace; without one there is nothing weaker to fall back to.
      if (options.hostUid === null) break;
    }
  }
  throw new RuntimeError(
    'isolation_unavailable',
    `No sandbox can be built on this machine. Install bubblewrap 0.8 or newer (apt-get install bubblewrap), or util-linux 2.36 or newer with iproute2, and allow user namespaces or run as root. Tried ${[...new Set(refusals)].join('; ')}.`,
  );
}

/** The command line that builds the sandbox of a plan. */
export function sandboxCommand(mechanism: Mechanism, plan: SandboxPlan): string[] {
  if (mechanism.name === 'bubblewrap') return bubblewrapCommand(plan, mechanism.nestUserNamespace);
  if (mechanism.name === 'util-linux') return utilLinuxCommand(plan, mechanism.nestUserNamespace);
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--no-new-privs',
    'sh',
    '-c',
    `${plan.command.map(word => `'${word}'`).join(' ')}; exit $?`,
  ];
}

async function trySandbox(mechanism: Mechanism, options: ProbeOptions): Promise<void> {
  const directory = translateDiskErrors(() => {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    return mkdtempSync(join(options.directory, 'probe-'));
  });
  try {
    chmodSync(directory, 0o755);
    const bind = (source: string) =>
      ({ kind: 'bind', source, target: source, writable: false, directory: true }) as const;
    const plan: SandboxPlan = {
      hostname: 'probe',
      steps: [
        bind('/usr'),
        ...['bin', 'sbin', 'lib', 'lib64'].filter(name => existsSync(`/${name}`)).map(name => bind(`/${name}`)),
        ...['null', 'zero'].map(name => ({ kind: 'device', source: `/dev/${name}`, target: `/dev/${name}` }) as const),
        { kind: 'tmpfs', target: '/dev/shm', bytes: ROOT_BYTES, mode: '1777', writable: true },
      ],
      hostUid: options.hostUid,
      environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      processesMax: 64,
      openFilesMax: 256,
      fileBytesMax: ROOT_BYTES,
      rootDirectory: directory,
      // Alone in its pid namespace, its loopback up, on its own user: what a bare unshare or a shared network would fail.
      command: [
        'sh',
        '-c',
        'grep -q "lo:" /proc/net/dev && [ "$(id -u)" != 0 ] && [ ! -e /etc/shadow ] && printf sandboxed',
      ],
    };
    const [file, ...args] = sandboxCommand(mechanism, plan) as [string, ...string[]];
    const { stdout } = await run(file, args, {
      timeout: PROBE_DEADLINE_MS,
      killSignal: 'SIGKILL',
      env: options.environment ?? HOST_ENVIRONMENT,
    });
    if (!stdout.includes('sandboxed')) throw new Error('the sandbox ran and did nothing');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function describe(name: 'bubblewrap' | 'util-linux'): Promise<string> {
  if (name === 'util-linux') return 'util-linux (unshare, pivot_root)';
  const { stdout } = await run('bwrap', ['--version'], { env: HOST_ENVIRONMENT });
  return stdout.trim();
}

function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim().split('\n').at(-1) || message).slice(0, 200);
}

/**
 * Where this state directory's uids begin: derived from its path so that two installations on one machine do not share uids, and kept
 * inside what this process may become (in a container with a narrow uid map, a range above 20000).
 */
export function uidRange(stateDirectoryHash: number): { first: number; count: number } {
  const map = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  const largest = Math.max(
    ...map.map(line => line.trim().split(/\s+/).map(Number)).map(([inside, , count]) => inside! + count!),
  );
  if (largest > 0x7fffffff) return { first: 1_000_000_000 + (stateDirectoryHash % 30_000) * 32_768, count: 32_768 };
  return { first: 20_000 + (stateDirectoryHash % 20) * 2_000, count: 2_000 };
}
