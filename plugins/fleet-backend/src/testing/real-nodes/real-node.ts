import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { baseImages, whyNoRealNodes } from './requirements';
import { cdiSpecification, deviceScript, fakeGpus, gpuTable, migTable } from './fake-gpus';
import type { FakeGpu } from './fake-gpus';
import { firstBootScript } from './first-boot';
import { freeAddress } from './free-address';

const GIB = 1024 ** 3;
const RUN_SECONDS_MAX = 60;
/** A machine that is told to boot or to crash and does neither is broken, and its console says why. */
const ORDER_SECONDS_MAX = 20;

export interface RealNodeOptions {
  readonly name: string;
  /** Fake GPUs it has; default 2. */
  readonly gpus?: number;
  readonly gpuModel?: string;
  readonly gpuMemoryGib?: number;
  readonly migProfiles?: readonly string[];
  /** NUMA domains the GPUs are spread over; default 1. */
  readonly numaDomains?: number;
  /** Kind of the CDI devices; default `nvidia.com/gpu`, as on a node with real ones. */
  readonly cdiKind?: string;
  /** Of its one disk, which is memory: what is written costs, what is free does not. Default 4 GiB. */
  readonly diskBytes?: number;
  /** False: podman is as Debian installs it, unable to start anything on some hosts. For tests of enrolment. Default true. */
  readonly prepared?: boolean;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A machine to bring in: a real sshd, a real podman and its own network, processes, users, files and devices, all in namespaces of this computer. It is reached at an address of
 * its own over a veth pair, so that a cable can be pulled; it can lose power and boot again with what was on its disk. Nothing of it is seen by another, and nothing remains of it.
 */
export interface RealNode {
  readonly name: string;
  /** Private IPv4 address of its sshd, port 22. */
  readonly address: string;
  readonly port: 22;
  readonly cdiKind: string;
  readonly gpus: readonly FakeGpu[];
  /** `root` has a key only; `ops` a key, a password and `sudo` without one; `visitor` a password and no `sudo`. */
  readonly logins: { readonly operator: string; readonly visitor: string; readonly password: string };
  /** OpenSSH private key that opens root and operator, and the file it is in. */
  readonly privateKey: string;
  readonly privateKeyFile: string;
  /** `ssh-ed25519 AAAA…`; another after `changeHostKey`. */
  hostKey(): string;
  /** As root on the node, not by SSH: works while the network is down. */
  run(script: string, options?: { stdin?: string | Buffer; secondsMax?: number }): Promise<Ran>;
  /** The same, and what it prints without the last line break; anything but status 0 fails. */
  read(script: string): Promise<string>;
  /** How to start a program of this computer in the node's network and nowhere else of it. */
  inNetwork(program: string): readonly [string, ...string[]];
  /** Names of all containers, running or not. */
  containers(): Promise<string[]>;
  /** Loses power: every process ends at once. What was written stays. */
  crash(): Promise<void>;
  boot(): Promise<void>;
  /** Pulls the cable: nothing arrives, and nobody is told. */
  partition(): Promise<void>;
  heal(): Promise<void>;
  /** Open connections stay; new ones are shown the new key. */
  changeHostKey(): Promise<void>;
  /** podman hangs from now on whenever its arguments match the shell pattern (`*`, `run *`), until `mendPodman`. */
  hangPodman(pattern: string): Promise<void>;
  /** podman fails with that message and status 125 whenever its arguments match. */
  breakPodman(pattern: string, message: string): Promise<void>;
  mendPodman(): Promise<void>;
  /** Leaves so many bytes on the disk, until `freeDisk`. */
  fillDisk(bytesLeft?: number): Promise<void>;
  freeDisk(): Promise<void>;
  /** What `date` says is off by so many seconds. */
  skewClock(seconds: number): Promise<void>;
  /** Everything the machine's system wrote to its console, for a test that asks itself what happened. */
  console(): string;
  stop(): Promise<void>;
}

/** Boots one and resolves when its sshd answers. */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const reason = whyNoRealNodes();
  if (reason !== null) throw new Error(reason);
  const { name, cdiKind = 'nvidia.com/gpu', numaDomains = 1 } = options;
  const gpus = fakeGpus({
    machine: name,
    count: options.gpus ?? 2,
    model: options.gpuModel ?? 'NVIDIA H200',
    memoryGib: options.gpuMemoryGib ?? 141,
    numaDomains,
    migProfiles: options.migProfiles ?? [],
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-node-'));
  const given = path.join(folder, 'given');
  mkdirSync(given);
  const write = (file: string, text: string) => writeFileSync(path.join(given, file), text);
  for (const file of ['boot.sh', 'fake-nvidia-smi.sh'])
    copyFileSync(path.join(__dirname, file), path.join(given, file));
  for (const key of ['client', 'host'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${key}@${name}`, '-f', path.join(given, key)]);
  const network = freeAddress();
  write('settings', `name=${name} address=${network.node} host_address=${network.host}\n`);
  write('gpus', gpuTable(gpus));
  write('gpus.mig', migTable(gpus));
  write('cdi.json', cdiSpecification(cdiKind, gpus));
  write('devices.sh', deviceScript(gpus, numaDomains));
  write('first-boot.sh', firstBootScript({ prepared: options.prepared ?? true, password: PASSWORD }));
  const privateKeyFile = path.join(folder, 'client');
  copyFileSync(path.join(given, 'client'), privateKeyFile);

  const machine = new Machine(folder, {
    diskBytes: options.diskBytes ?? 4 * GIB,
    veth: network.veth,
    hostAddress: network.host,
  });
  try {
    await machine.order('boot');
    await machine.untilSshAnswers();
  } catch (error) {
    const said = machine.console();
    await machine.off();
    throw new Error(`${name} did not boot: ${(error as Error).message}\n${said}`, { cause: error });
  }
  const keyOf = (text: string) => text.split(' ', 2).join(' ');
  let hostKey = keyOf(readFileSync(path.join(given, 'host.pub'), 'utf8'));
  const read = async (script: string) => {
    const { status, stdout, stderr } = await machine.run(script);
    if (status !== 0) throw new Error(`on ${name}, ${script}: status ${status}\n${stderr}${stdout}`);
    return stdout.trimEnd();
  };
  const replace = (program: string, text: string) =>
    machine.run(
      `${restore(program)}; touch /run/node/${program} /run/node/real-${program} &&
       mount --bind --make-private /usr/bin/${program} /run/node/real-${program} && cat >/run/node/${program} && chmod 755 /run/node/${program} &&
       mount --bind /run/node/${program} /usr/bin/${program}`,
      { stdin: text },
    );
  const wrapPodman = async (pattern: string, instead: string) => {
    const { status, stderr } = await replace(
      'podman',
      `#!/bin/sh\ncase "$*" in ${pattern.replaceAll(' ', '\\ ')}) ${instead} ;; esac\nexec /run/node/real-podman "$@"\n`,
    );
    if (status !== 0) throw new Error(`podman could not be wrapped: ${stderr}`);
  };

  return {
    name,
    address: network.node,
    port: 22,
    cdiKind,
    gpus,
    logins: { operator: 'ops', visitor: 'visitor', password: PASSWORD },
    privateKey: readFileSync(privateKeyFile, 'utf8'),
    privateKeyFile,
    hostKey: () => hostKey,
    run: (script, runOptions) => machine.run(script, runOptions),
    read,
    inNetwork: program => machine.inNetwork(program),
    async containers() {
      return (await read("podman ps --all --format '{{.Names}}'")).split('\n').filter(line => line !== '');
    },
    crash: () => machine.order('crash'),
    async boot() {
      await machine.order('boot');
      await machine.untilSshAnswers();
    },
    async partition() {
      execFileSync('ip', ['link', 'set', network.veth, 'down']);
    },
    async heal() {
      execFileSync('ip', ['link', 'set', network.veth, 'up']);
      await machine.untilSshAnswers();
    },
    async changeHostKey() {
      await read(
        `rm /etc/ssh/node_host_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/node_host_key && pkill -P 1 -x sshd`,
      );
      hostKey = keyOf(await read('cat /etc/ssh/node_host_key.pub'));
      await machine.untilSshAnswers();
    },
    hangPodman: pattern => wrapPodman(pattern, 'exec sleep 100000'),
    breakPodman: (pattern, message) => wrapPodman(pattern, `echo "Error: ${message}" >&2; exit 125`),
    async mendPodman() {
      await machine.run(restore('podman'));
    },
    async fillDisk(bytesLeft = 0) {
      await read(
        `used=$(df -B1 --output=used /var/lib/containers | tail -n 1); mount -o "remount,size=$((used + 4096 + ${bytesLeft}))" /var/lib/containers`,
      );
    },
    async freeDisk() {
      await read(`mount -o remount,size=${options.diskBytes ?? 4 * GIB} /var/lib/containers`);
    },
    async skewClock(seconds) {
      const { status, stderr } = await replace(
        'date',
        `#!/bin/sh\nexec /run/node/real-date -d "@$(( $(/run/node/real-date +%s) + ${seconds} ))" "$@"\n`,
      );
      if (status !== 0) throw new Error(`the clock could not be set: ${stderr}`);
    },
    console: () => machine.console(),
    stop: () => machine.off(),
  };
}

const PASSWORD = 'correct horse battery staple';

/** The program as it was, however often it has been replaced. */
function restore(program: string): string {
  return `while umount /usr/bin/${program} 2>/dev/null; do :; done; while umount /run/node/real-${program} 2>/dev/null; do :; done`;
}

/** The process that holds a machine's disks and starts and ends what boots from them. */
class Machine {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: AsyncIterator<string>;
  private readonly gone: Promise<unknown>;
  private init = 0;
  private lastConsole = '';
  private address: string;

  constructor(
    private readonly folder: string,
    options: { diskBytes: number; veth: string; hostAddress: string },
  ) {
    const script = path.join(__dirname, 'machine.sh');
    const { diskBytes, veth, hostAddress } = options;
    const args = [script, folder, String(diskBytes), baseImages(), veth, hostAddress];
    // In a process group of its own: a Ctrl-C in the terminal ends the test, whose end of input then ends the machine in good order.
    this.process = spawn('unshare', ['--mount', 'sh', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/' },
    });
    this.process.stdin.on('error', () => undefined);
    this.gone = once(this.process, 'exit');
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.address = /address=(\S+)/.exec(readFileSync(path.join(folder, 'given/settings'), 'utf8'))?.[1] ?? '';
  }

  async order(order: 'boot' | 'crash'): Promise<void> {
    this.process.stdin.write(`${order}\n`);
    const answer = await withinSeconds(ORDER_SECONDS_MAX, `the machine to ${order}`, this.answers.next());
    const [verdict, init] = String(answer.value ?? 'failed').split(' ');
    if (verdict !== 'done') throw new Error(`it would not ${order}`);
    this.init = Number(init ?? 0);
  }

  async untilSshAnswers(): Promise<void> {
    const script = `until bash -c 'exec 3<>/dev/tcp/${this.address}/22 && read -r line <&3 && [ "\${line#SSH-}" != "$line" ]' 2>/dev/null; do sleep 0.02; done`;
    const { status } = await this.run(script, { secondsMax: ORDER_SECONDS_MAX });
    if (status !== 0) throw new Error('its sshd does not answer');
  }

  run(script: string, options: { stdin?: string | Buffer; secondsMax?: number } = {}): Promise<Ran> {
    if (this.init === 0) return Promise.reject(new Error('the machine is off'));
    const child = spawn('nsenter', [`--target=${this.init}`, '-m', '-p', '-n', '-u', '-i', 'sh', '-c', script], {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // With all it started: what hangs must not hold its output open.
      detached: true,
    });
    const timer = setTimeout(
      () => child.pid && process.kill(-child.pid, 'SIGKILL'),
      (options.secondsMax ?? RUN_SECONDS_MAX) * 1000,
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => (stdout += String(chunk)));
    child.stderr.on('data', chunk => (stderr += String(chunk)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', status => {
        clearTimeout(timer);
        resolve({ status, stdout, stderr });
      });
    });
  }

  inNetwork(program: string): readonly [string, ...string[]] {
    return ['nsenter', `--target=${this.init}`, '--net', program];
  }

  console(): string {
    try {
      this.lastConsole = readFileSync(path.join(this.folder, 'console'), 'utf8');
    } catch {
      // it is gone with the machine
    }
    return this.lastConsole;
  }

  async off(): Promise<void> {
    this.console();
    this.init = 0;
    this.process.stdin.end();
    await withinSeconds(ORDER_SECONDS_MAX, 'the machine to go off', this.gone);
  }
}

async function withinSeconds<Value>(seconds: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${seconds} s in vain for ${what}`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
