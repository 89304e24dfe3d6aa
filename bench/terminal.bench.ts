import { readFileSync, rmSync } from 'node:fs';
import { alternate, median, percentile, printTable } from './report';
import type { Row } from './report';
import {
  cleanUp,
  makeKey,
  sleep,
  sshdOfContainer,
  sshShell,
  startPortal,
  startSsh,
  startSshd,
  until,
  webSocketShell,
} from './terminal-sides';
import type { Destination, Portal, Shell } from './terminal-sides';
import { startRealNode } from '../plugins/fleet-backend/src/testing/real-nodes';
import type { RealNode } from '../plugins/fleet-backend/src/testing/real-nodes';

/**
 * P4: what a key press and a flood of output cost through the portal, over OpenSSH's client and server on the same machine. Three shells on
 * a terminal: through the WebSocket, through the SSH gateway, and through a real sshd. The portal is its production build in a process of its
 * own, its shell in a sandbox. Rounds alternate, medians are quoted; the percentiles of an echo are those of a round.
 *
 * With `--node` the workload is a container on a real node (root, Linux; see tools/real-nodes.mjs) and the anchor OpenSSH's client in the node's network, straight to the sshd of the same container.
 *
 * Needs OpenSSH's client and server (Debian: apt-get install openssh-client openssh-server).
 */
const ROUNDS = 3;
const KEYS_PER_ROUND = 2_000;
/** Before anything is counted: both ends of the portal compile what they run often, as they have in a portal that is up. */
const WARM_UP_KEYS = 3_000;
const FILE_BYTES = 100_000_000;
const ECHO_P50_BAR = 1.5;
const ECHO_P99_BAR = 2;
const THROUGHPUT_BAR = 0.8;
const SLOW_READER_MB_BAR = 10;
/** Long enough for a program that is not stopped to print hundreds of megabytes. */
const SLOW_READER_MS = 2_000;

/** Resolves when the shell has printed that text; returns how much it printed on the way. */
function prints(shell: Shell, text: string): Promise<number> {
  return new Promise(resolve => {
    let tail = '';
    let bytes = 0;
    shell.onOutput = chunk => {
      bytes += chunk.length;
      tail = (tail + chunk.subarray(-200).toString('latin1')).slice(-400);
      if (tail.includes(text)) resolve(bytes);
    };
  });
}

let marks = 0;
/** Runs a line to its end. The mark is broken up in what is typed, so its echo is not taken for it. */
async function runLine(shell: Shell, line: string): Promise<number> {
  marks += 1;
  const done = prints(shell, `DONE${marks}.`);
  shell.type(`${line}; echo DO""NE${marks}.\n`);
  return done;
}

async function prepare(shell: Shell): Promise<Shell> {
  await runLine(shell, "bind 'set enable-bracketed-paste off'; PS1=; stty -echo; cd /tmp");
  await runLine(
    shell,
    `test -s portico-bench.txt || head -c ${((FILE_BYTES / 78) * 57) | 0} /dev/urandom | base64 -w 77 > portico-bench.txt`,
  );
  return shell;
}

interface Sample {
  p50: number;
  p99: number;
  megabytesPerSecond: number;
}

/** Milliseconds from a key pressed to its echo by the terminal, one after the other. */
async function echoes(shell: Shell, keys: number): Promise<number[]> {
  marks += 1;
  const begun = prints(shell, `DONE${marks}.`);
  shell.type(`stty echo; echo DO""NE${marks}.; cat >/dev/null\n`);
  await begun;
  await sleep(200);
  const latencies: number[] = [];
  for (let index = 0; index < keys; index += 1) {
    const echoed = new Promise<void>(resolve => (shell.onOutput = () => resolve()));
    const pressed = performance.now();
    // Lines are ended now and then: a terminal holds no more than 4,095 bytes of one.
    shell.type(index % 60 === 59 ? '\n' : String.fromCharCode(97 + (index % 26)));
    await echoed;
    latencies.push(performance.now() - pressed);
  }
  shell.onOutput = () => undefined;
  shell.type('\x04\x04');
  await sleep(100);
  await runLine(shell, 'stty -echo');
  return latencies;
}

/** Keys, then a file printed whole. */
async function measure(shell: Shell): Promise<Sample> {
  const latencies = await echoes(shell, KEYS_PER_ROUND);
  const from = performance.now();
  const bytes = await runLine(shell, 'cat portico-bench.txt');
  const seconds = (performance.now() - from) / 1000;
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    megabytesPerSecond: bytes / 1e6 / seconds,
  };
}

/** A file without a terminal, as `ssh host cat file` gives it. */
async function fetchFile(to: Destination): Promise<number> {
  const from = performance.now();
  const child = startSsh(to, [], 'cat /tmp/portico-bench.txt');
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await new Promise(resolve => child.on('close', resolve));
  return bytes / 1e6 / ((performance.now() - from) / 1000);
}

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** How much the portal grows while a client reads nothing of a program that never stops printing. */
async function growth(portal: Portal, stopReading: () => void): Promise<number> {
  const before = residentMegabytes(portal.pid);
  stopReading();
  let highest = before;
  for (const end = Date.now() + SLOW_READER_MS; Date.now() < end; await sleep(50))
    highest = Math.max(highest, residentMegabytes(portal.pid));
  return highest - before;
}

async function main(node: RealNode | undefined): Promise<void> {
  makeKey();
  const portal = await startPortal(node);
  const sshd = node === undefined ? await startSshd() : await sshdOfContainer(node, portal.allocationId);
  const socket = await webSocketShell(portal);
  const shells = { webSocket: socket, sshGateway: sshShell(portal), sshd: sshShell(sshd) };
  for (const shell of Object.values(shells)) {
    await prepare(shell);
    await echoes(shell, WARM_UP_KEYS);
  }
  const samples = await alternate(ROUNDS, {
    webSocket: () => measure(shells.webSocket),
    sshGateway: () => measure(shells.sshGateway),
    sshd: () => measure(shells.sshd),
  });
  const files = await alternate(ROUNDS, {
    sshGateway: () => fetchFile(portal),
    sshd: () => fetchFile(sshd),
  });

  const figure = (of: keyof typeof samples, what: keyof Sample) => median(samples[of].map(sample => sample[what]));
  const rows: Row[] = [];
  for (const [side, name] of [
    ['webSocket', 'WebSocket'],
    ['sshGateway', 'SSH gateway'],
  ] as const) {
    rows.push(
      {
        what: `${name}: echo, median`,
        measured: figure(side, 'p50'),
        anchor: figure('sshd', 'p50'),
        unit: 'ms',
        bar: { ratioAtMost: ECHO_P50_BAR },
      },
      {
        what: `${name}: echo, 99th percentile`,
        measured: figure(side, 'p99'),
        anchor: figure('sshd', 'p99'),
        unit: 'ms',
        bar: { ratioAtMost: ECHO_P99_BAR },
      },
      {
        what: `${name}: output on a terminal`,
        measured: figure(side, 'megabytesPerSecond'),
        anchor: figure('sshd', 'megabytesPerSecond'),
        unit: 'MB/s',
        bar: { ratioAtLeast: THROUGHPUT_BAR },
      },
    );
  }
  rows.push({
    what: 'SSH gateway: output of a command',
    measured: median(files.sshGateway),
    anchor: median(files.sshd),
    unit: 'MB/s',
    bar: { ratioAtLeast: THROUGHPUT_BAR },
  });

  shells.webSocket.type('yes\n');
  await sleep(500);
  rows.push({
    what: 'WebSocket that stops reading: growth',
    measured: await growth(portal, () => socket.socket.pause()),
    unit: 'MB',
    bar: { atMost: SLOW_READER_MB_BAR },
  });
  shells.webSocket.close();
  shells.sshGateway.type('yes\n');
  await sleep(500);
  rows.push({
    what: 'SSH client that stops reading: growth',
    measured: await growth(portal, () => shells.sshGateway.child.kill('SIGSTOP')),
    unit: 'MB',
    bar: { atMost: SLOW_READER_MB_BAR },
  });
  shells.sshGateway.child.kill('SIGKILL');
  printTable(
    `Terminal${node === undefined ? '' : ' on a real node'}: the portal over OpenSSH's client and ${node === undefined ? '' : 'the container’s own '}sshd (${ROUNDS} rounds, ${KEYS_PER_ROUND} keys and ${FILE_BYTES / 1e6} MB each)`,
    rows,
  );
  await portal.call('POST', `allocations/${portal.allocationId}/release`);
  await until(
    'the release',
    async () => String((await portal.call('GET', `allocations/${portal.allocationId}`))['status']) === 'released',
  );
}

const machine = process.argv.includes('--node')
  ? startRealNode({ name: 'bench', gpus: 1 })
  : Promise.resolve(undefined);
machine
  .then(main)
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(async () => {
    await cleanUp();
    await (await machine)?.stop();
    rmSync('/tmp/portico-bench.txt', { force: true });
  })
  .finally(() => process.exit());
