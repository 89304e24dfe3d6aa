import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { asDiskError, translateDiskErrors } from './allocation-store';
import { gpuDevices } from './gpu/discovery';
import { simulatedNvidiaSmi } from './gpu/simulated-nvidia-smi';
import { EGRESS_PORT, OPEN_FILES_MAX, PROCESSES_MAX, START_DEADLINE_MS } from './limits';
import { RuntimeError } from './port';
import { HOST_ENVIRONMENT } from './sandbox/host-environment';
import { sandboxCommand } from './sandbox/isolation';
import { AGENT_DIRECTORY, AGENT_NODE_FLAGS, planSandbox, SANDBOX_HOME, SANDBOX_UID } from './sandbox/plan';
import { homeFiles, makeTenantDirectory, writeSystemFiles } from './sandbox/system-files';
import type { Readable } from 'node:stream';
import type { AllocationRecord } from './allocation-store';
import type { RuntimeAssets } from './assets';
import type { Mechanism } from './sandbox/isolation';
import type { SupervisorSpec } from './supervisor/spec';

interface LaunchSurroundings {
  mechanism: Mechanism;
  assets: RuntimeAssets;
  /** Distinguishes this installation's control groups from another's on the same machine. */
  installation: string;
  protectedPaths: readonly string[];
  refusedAddresses: readonly string[];
}

const SUPERVISOR_NODE_FLAGS = ['--max-old-space-size=64', '--max-semi-space-size=1'];
const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Names a request may not set: they decide where the sandbox finds its own programs. */
const RESERVED_VARIABLE = /^(LD_|PORTICO_|NODE_OPTIONS$|HOME$|USER$|SHELL$)/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function controlGroupName(installation: string, allocationId: string): string {
  return `${installation}-${allocationId}`;
}

/** Makes the allocation's files and starts its supervisor. Resolves when a shell can be opened; on failure the caller cleans up. */
export async function launchSandbox(
  record: AllocationRecord,
  directory: string,
  surroundings: LaunchSurroundings,
): Promise<void> {
  const spec = translateDiskErrors(() => prepareFiles(record, directory, surroundings));
  translateDiskErrors(() => writeFileSync(join(directory, 'spec.json'), JSON.stringify(spec), { mode: 0o600 }));
  await startSupervisor(directory, surroundings.assets.supervisor);
}

function prepareFiles(record: AllocationRecord, directory: string, surroundings: LaunchSurroundings): SupervisorSpec {
  const { request, uid } = record;
  const { mechanism, assets } = surroundings;
  const path = (name: string) => join(directory, name);
  const contained = mechanism.name !== 'none';
  const hostname = safeHostname(request.hostname);
  const egress = contained && request.network.mode === 'egress';
  const insideUid = uid !== null && !mechanism.nestUserNamespace ? uid : SANDBOX_UID;

  for (const name of ['run', 'root']) mkdirSync(path(name), { recursive: true, mode: 0o700 });
  for (const name of ['supervisor.json', 'exit.json']) rmSync(path(name), { force: true });
  const real = request.gpus.filter(gpu => !gpu.simulated);
  writeSystemFiles({
    directory,
    uid: insideUid,
    home: SANDBOX_HOME,
    hostname,
    nvidiaSmi: simulatedNvidiaSmi(request.gpus.filter(gpu => gpu.simulated)),
  });
  makeTenantDirectory(path('home'), uid, homeFiles());
  makeTenantDirectory(path('tmp'), uid, {});
  if (egress) mkdirSync(path('egress'), { recursive: true, mode: 0o755 });

  const environment = sandboxEnvironment(
    record,
    egress,
    contained ? SANDBOX_HOME : path('home'),
    real.length === 0 ? (contained ? `${AGENT_DIRECTORY}/bin` : directory) : null,
  );
  const plan = planSandbox({
    hostname,
    hostUid: uid,
    homeDirectory: path('home'),
    temporaryDirectory: path('tmp'),
    etcDirectory: path('etc'),
    egressDirectory: egress ? path('egress') : null,
    rootDirectory: path('root'),
    nodeBinary: realpathSync(process.execPath),
    assetsDirectory: assets.directory,
    ptyPackages: assets.ptyPackages,
    nvidiaSmi: path('nvidia-smi'),
    gpuDevices: gpuDevices(request.gpus),
    protectedPaths: surroundings.protectedPaths,
    environment,
    processesMax: withinHardLimit('Max processes', PROCESSES_MAX),
    openFilesMax: withinHardLimit('Max open files', OPEN_FILES_MAX),
    fileBytesMax: request.diskBytes,
  });
  const direct = [process.execPath, ...AGENT_NODE_FLAGS, join(assets.directory, 'agent.cjs')];
  return {
    allocationId: request.allocationId,
    argv: sandboxCommand(mechanism, contained ? plan : { ...plan, command: direct }),
    environment: contained ? HOST_ENVIRONMENT : environment,
    workingDirectory: contained ? '/' : path('home'),
    isolation: contained ? 'sandbox' : 'none',
    controlGroup: controlGroupName(surroundings.installation, request.allocationId),
    limits: {
      memoryBytes: request.memoryBytes,
      vcpus: request.vcpus,
      diskBytes: request.diskBytes,
      processesMax: PROCESSES_MAX,
    },
    diskDirectories: [path('home'), path('tmp')],
    egressSocket: egress ? path('egress/proxy.sock') : null,
    refusedAddresses: surroundings.refusedAddresses,
  };
}

function sandboxEnvironment(
  { request }: AllocationRecord,
  egress: boolean,
  home: string,
  programs: string | null,
): Record<string, string> {
  // The granted devices as the container runtimes number them: a real sandbox sees the host's indices, a simulated one its own.
  const indices = request.gpus.map(gpu => gpu.index).join(',');
  const proxy = `http://127.0.0.1:${EGRESS_PORT}`;
  const asked = Object.entries(request.environment).filter(
    ([name]) => VARIABLE_NAME.test(name) && !RESERVED_VARIABLE.test(name),
  );
  return {
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    PATH: programs ? `${programs}:${PATH_INSIDE}` : PATH_INSIDE,
    ...Object.fromEntries(asked),
    HOME: home,
    USER: 'user',
    LOGNAME: 'user',
    SHELL: '/bin/bash',
    CUDA_VISIBLE_DEVICES: indices,
    NVIDIA_VISIBLE_DEVICES: indices || 'void',
    PORTICO_ALLOCATION_ID: request.allocationId,
    ...(egress
      ? {
          http_proxy: proxy, https_proxy: proxy, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, no_proxy: 'localhost,127.0.0.1,::1',
          NO_PROXY: 'localhost,127.0.0.1,::1', PORTICO_EGRESS_SOCKET: `${AGENT_DIRECTORY}/egress/proxy.sock`,
        }
      : {}),
  }; // prettier-ignore
}

/** A session of its own, so that no signal meant for the backend reaches it. It reports once, then nobody needs to listen. */
function startSupervisor(directory: string, program: string): Promise<void> {
  const log = translateDiskErrors(() => openSync(join(directory, 'supervisor.log'), 'a', 0o600));
  const child = spawn(process.execPath, [...SUPERVISOR_NODE_FLAGS, program, directory], {
    cwd: '/',
    detached: true,
    env: HOST_ENVIRONMENT,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  return new Promise((done, failed) => {
    const report = child.stdio[3] as Readable;
    const lines = createInterface({ input: report });
    const finish = (error: Error | null) => {
      clearTimeout(timer);
      lines.close();
      report.destroy();
      child.unref();
      if (error) failed(error);
      else done();
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish(new RuntimeError('runtime_failed', 'The sandbox was not ready in time.'));
    }, START_DEADLINE_MS + 2_000);
    child.once('error', error =>
      finish(new RuntimeError('runtime_failed', `The supervisor could not be started: ${error.message}`)),
    );
    child.once('exit', () =>
      finish(new RuntimeError('runtime_failed', `The supervisor ended while starting. ${tail(directory)}`)),
    );
    lines.once('line', line => {
      const message = JSON.parse(line) as { ready?: true; error?: string; code?: string };
      finish(message.ready ? null : startError(message));
    });
  });
}

function startError({ error, code }: { error?: string; code?: string }): RuntimeError {
  const noSpace = /No space left on device|ENOSPC/.test(error ?? '') ? 'ENOSPC' : code;
  return (
    asDiskError({ code: noSpace, message: error }) ??
    new RuntimeError('runtime_failed', `The sandbox could not be started. ${error ?? ''}`)
  );
}

const LOG_TAIL_CHARACTERS = 500;
function tail(directory: string): string {
  try {
    return readFileSync(join(directory, 'supervisor.log'), 'utf8').slice(-LOG_TAIL_CHARACTERS);
  } catch {
    return '';
  }
}

/** A limit can only be lowered without privilege, and the sandbox starts with the backend's own. */
function withinHardLimit(name: string, wanted: number): number {
  const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === undefined || hard === 'unlimited' ? wanted : Math.min(wanted, Number(hard));
}

const HOSTNAME_MAX = 63;
function safeHostname(hostname: string): string {
  const safe = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, HOSTNAME_MAX);
  return safe || 'sandbox';
}

export function installationName(stateDirectory: string): string {
  return createHash('sha256').update(stateDirectory).digest('hex').slice(0, 12);
}
