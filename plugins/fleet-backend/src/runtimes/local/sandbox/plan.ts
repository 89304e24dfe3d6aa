import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { SHARED_MEMORY_BYTES } from '../limits';

/**
 * What a sandbox sees, independent of which tool builds it. Bubblewrap and util-linux render the same plan, so that the two cannot
 * drift apart. Steps are in order; a later one may cover an earlier one.
 */
type PlanStep =
  | { kind: 'bind'; source: string; target: string; writable: boolean; directory: boolean }
  | { kind: 'device'; source: string; target: string }
  | { kind: 'symlink'; source: string; target: string }
  | { kind: 'tmpfs'; target: string; bytes: number; mode: string; writable: boolean };

export interface SandboxPlan {
  hostname: string;
  steps: readonly PlanStep[];
  /** Numeric uid to become on the host; null when the backend is an ordinary user and the sandbox's user maps to it. */
  hostUid: number | null;
  environment: Readonly<Record<string, string>>;
  processesMax: number;
  openFilesMax: number;
  fileBytesMax: number;
  /** The empty directory the new root is mounted on. Only util-linux needs one. */
  rootDirectory: string;
  command: readonly string[];
}

export const SANDBOX_UID = 1000;
export const SANDBOX_HOME = '/home/user';
export const AGENT_DIRECTORY = '/run/.portico';

/** Only what programs need to run. Everything else of the host's /etc is its own business. */
const SYSTEM_ETC = [
  'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'ssl/certs', 'ssl/openssl.cnf', 'pki/tls/certs', 'pki/ca-trust', 'ca-certificates',
  'crypto-policies', 'alternatives', 'localtime', 'timezone', 'terminfo', 'inputrc', 'mime.types', 'services', 'protocols', 'magic',
  'bash.bashrc', 'bash_completion.d', 'fonts', 'python3', 'perl', 'vim', 'OpenCL', 'nvidia-container-runtime',
]; // prettier-ignore
const SYSTEM_DIRECTORIES = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

interface PlanInput {
  hostname: string;
  hostUid: number | null;
  homeDirectory: string;
  temporaryDirectory: string;
  etcDirectory: string;
  /** Holds the egress socket; null in an isolated network. */
  egressDirectory: string | null;
  rootDirectory: string;
  nodeBinary: string;
  assetsDirectory: string;
  ptyPackages: readonly { name: string; directory: string }[];
  nvidiaSmi: string;
  gpuDevices: readonly string[];
  protectedPaths: readonly string[];
  environment: Readonly<Record<string, string>>;
  processesMax: number;
  openFilesMax: number;
  fileBytesMax: number;
}

export function planSandbox(input: PlanInput): SandboxPlan {
  const steps: PlanStep[] = [];
  const bind = (source: string, target: string, writable = false) =>
    steps.push({ kind: 'bind', source, target, writable, directory: lstatSync(realpathSync(source)).isDirectory() });

  bind('/usr', '/usr');
  for (const name of SYSTEM_DIRECTORIES) {
    const path = `/${name}`;
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) steps.push({ kind: 'symlink', source: readlinkSync(path), target: path });
    else bind(path, path);
  }
  for (const name of SYSTEM_ETC) if (existsSync(`/etc/${name}`)) bind(realpathSync(`/etc/${name}`), `/etc/${name}`);
  for (const name of ['passwd', 'group', 'hosts', 'hostname', 'nsswitch.conf', 'resolv.conf', 'os-release']) {
    bind(join(input.etcDirectory, name), `/etc/${name}`);
  }

  // A data directory inside the system tree (say /usr/local/portico/data) would be readable through the bind: cover it.
  for (const path of input.protectedPaths.filter(existsSync).map(path => realpathSync(path))) {
    if (!isWithin(path, '/usr') && !SYSTEM_DIRECTORIES.some(name => isWithin(path, `/${name}`))) continue;
    if (lstatSync(path).isDirectory())
      steps.push({ kind: 'tmpfs', target: path, bytes: 4096, mode: '0555', writable: false });
    else steps.push({ kind: 'device', source: '/dev/null', target: path });
  }

  for (const name of DEVICES) steps.push({ kind: 'device', source: `/dev/${name}`, target: `/dev/${name}` });
  for (const device of input.gpuDevices) steps.push({ kind: 'device', source: device, target: device });
  steps.push({ kind: 'tmpfs', target: '/dev/shm', bytes: SHARED_MEMORY_BYTES, mode: '1777', writable: true });

  bind(input.temporaryDirectory, '/tmp', true);
  steps.push({ kind: 'symlink', source: '../tmp', target: '/var/tmp' });
  bind(input.homeDirectory, SANDBOX_HOME, true);

  bind(input.nodeBinary, `${AGENT_DIRECTORY}/node`);
  bind(join(input.assetsDirectory, 'agent.cjs'), `${AGENT_DIRECTORY}/agent.cjs`);
  for (const { name, directory } of input.ptyPackages) bind(directory, `${AGENT_DIRECTORY}/node_modules/${name}`);
  bind(input.nvidiaSmi, `${AGENT_DIRECTORY}/bin/nvidia-smi`);
  if (input.egressDirectory) bind(input.egressDirectory, `${AGENT_DIRECTORY}/egress`);

  return {
    hostname: input.hostname,
    steps,
    hostUid: input.hostUid,
    environment: input.environment,
    processesMax: input.processesMax,
    openFilesMax: input.openFilesMax,
    fileBytesMax: input.fileBytesMax,
    rootDirectory: input.rootDirectory,
    command: [`${AGENT_DIRECTORY}/node`, ...AGENT_NODE_FLAGS, `${AGENT_DIRECTORY}/agent.cjs`],
  };
}

/** The agent's buffers live outside V8's heap; what is left is small, and every allocation pays for it. */
export const AGENT_NODE_FLAGS = ['--max-old-space-size=64', '--max-semi-space-size=1'];

function isWithin(path: string, directory: string): boolean {
  const base = directory.endsWith(sep) ? directory : directory + sep;
  return path === directory || path.startsWith(base);
}

/** Directories that must exist before a step's target can be mounted, outermost first. */
export function parentsOf(target: string): string[] {
  const parents: string[] = [];
  for (let path = dirname(target); path !== '/'; path = dirname(path)) parents.unshift(path);
  return parents;
}
