import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { writeDurably } from '../durable-file';
import { START_DEADLINE_MS, WATCH_INTERVAL_MS } from '../limits';
import { bootId, childrenOf, identify, killProcess, pidNamespaceOf } from '../process-table';
import { socketAddress } from '../unix-socket';
import { ControlGroup } from './control-group';
import { EgressPolicy } from './egress-policy';
import { EgressProxy } from './egress-proxy';
import { closeInheritedDescriptors } from './inherited-descriptors';
import { ResourceWatch } from './resource-watch';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { SupervisorAccount } from '../allocation-store';
import type { ProcessIdentity } from '../process-table';
import type { SupervisorSpec } from './spec';

/**
 * One small process per allocation, started by the backend and outliving it. It owns the sandbox, watches limits, serves egress and
 * keeps an account of itself on disk. It never reads a byte the tenant wrote, save HTTP requests to the proxy: shells and their data
 * go from the backend to the agent inside, through a socket this process made and handed over.
 *
 * If it dies, the sandbox dies (lifeline and parent-death signal); if the sandbox dies, it says why and goes.
 */
const directory = process.argv[2] as string;
const path = (name: string) => join(directory, name);

/** The backend waits at the other end of this descriptor for one line: ready, or why not. It may be gone; then nobody is told. */
const REPORT_FD = 3;
function report(message: { ready: true } | { error: string; code?: string }): void {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(message)}\n`);
  } catch {
    // The backend died while we started. The next one finds the account on disk.
  }
}

async function main(): Promise<void> {
  closeInheritedDescriptors(REPORT_FD);
  const spec = JSON.parse(readFileSync(path('spec.json'), 'utf8')) as SupervisorSpec;
  const self = identify(process.pid) as ProcessIdentity;
  const group = ControlGroup.create(spec.controlGroup, spec.limits);
  const proxy = spec.egressSocket === null ? null : new EgressProxy(new EgressPolicy(spec.refusedAddresses));
  if (proxy && spec.egressSocket) {
    rmSync(spec.egressSocket, { force: true });
    const { address } = socketAddress(spec.egressSocket);
    await proxy.listen(address);
  }

  const listening = await bindForAgent(path('run/agent.sock'));
  const child = startSandbox(spec, group, listening.fd);
  listening.handOver();
  const stderr = collectTail(child);

  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    try {
      if (!existsSync(path('exit.json'))) writeDurably(path('exit.json'), JSON.stringify({ reason, at: Date.now() }));
    } catch {
      // A full disk: the allocation is still seen as stopped, without the reason.
    }
    proxy?.close();
    report({ error: `${reason} ${stderr()}`.trim() });
    if (init) killProcess(init);
    group?.kill();
    void removeGroup(group).then(() => process.exit(1));
  };
  let init: ProcessIdentity | null = null;
  child.on('error', error => end(`The sandbox could not be started: ${error.message}.`));
  child.on('exit', (code, signal) => end(`The sandbox ended (${signal ?? `exit code ${code}`}).`));

  const deadline = setTimeout(() => end('The sandbox was not ready in time.'), START_DEADLINE_MS);
  await ready(child);
  clearTimeout(deadline);
  init = findInit(spec, child.pid as number);
  const account: SupervisorAccount = { supervisor: self, init, bootId: bootId(), startedAt: Date.now() };
  writeFileSync(path('alive'), '');
  writeDurably(path('supervisor.json'), JSON.stringify(account));

  // Limits of a group the sandbox is not in would be believed and hold nothing: then everything is watched instead.
  const holding = group?.holds(init.pid) ? group : null;
  const watch = new ResourceWatch(spec, init, holding, () => proxy?.traffic() ?? { rxBytes: 0, txBytes: 0 });
  rmSync(path('run/control.sock'), { force: true });
  const control = createServer(connection => {
    connection.on('error', () => connection.destroy());
    connection.end(JSON.stringify(watch.status()));
  });
  await new Promise<void>(done => control.listen(socketAddress(path('run/control.sock')).address, done));
  const beat = () => {
    try {
      const now = new Date();
      utimesSync(path('alive'), now, now);
      watch.enforce();
    } catch (error) {
      // Somebody deleted the state directory: nobody will ever find this sandbox again, so it must not go on.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(directory)) end('Its directory is gone.');
      // Nothing else the watch cannot do this time is worth the allocation.
    }
  };
  beat();
  setInterval(beat, WATCH_INTERVAL_MS);
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => end('The supervisor was told to stop.'));
  report({ ready: true });
}

/** Enters its control groups before it becomes anything else, so that nothing it starts is ever outside them. */
function startSandbox(spec: SupervisorSpec, group: ControlGroup | null, listenFd: number): ChildProcess {
  const entrances = group?.entrances ?? [];
  const enter = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1" || true; shift; n=$((n-1)); done; exec "$@"';
  const nice = group?.limitsCpu ? [] : ['nice', '-n', '5'];
  return spawn('sh', ['-c', enter, 'enter', String(entrances.length), ...entrances, ...nice, ...spec.argv], {
    cwd: spec.workingDirectory,
    env: spec.environment,
    // Descriptor 3 is the lifeline (it closes when this process dies), 4 the agent's listening socket.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', listenFd],
  });
}

/**
 * Makes the socket the backend reaches the agent by. It lies in a directory only the backend's user can enter and is never mounted into
 * the sandbox: the agent gets the listening descriptor and no path, so no link of the tenant's can lead the backend astray.
 * Closing our copy would remove the name libuv remembers; it is renamed first.
 */
async function bindForAgent(socketPath: string): Promise<{ fd: number; handOver: () => void }> {
  const temporary = `${socketPath}.new`;
  rmSync(temporary, { force: true });
  rmSync(socketPath, { force: true });
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(socketAddress(temporary).address, done);
  });
  renameSync(temporary, socketPath);
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  return { fd, handOver: () => server.close() };
}

/** The first byte on the lifeline. What it says does not matter, and nothing after it is read. */
function ready(child: ChildProcess): Promise<void> {
  const lifeline = child.stdio[3] as unknown as Socket;
  lifeline.on('error', () => undefined);
  return new Promise(done =>
    lifeline.once('data', () => {
      lifeline.pause();
      done();
    }),
  );
}

const ERROR_TAIL_BYTES = 2048;
function collectTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString('utf8')).slice(-ERROR_TAIL_BYTES)));
  return () => tail.trim();
}

/** The sandbox's pid 1 as the host sees it: the nearest descendant in another pid namespace. Killing it kills all. */
function findInit(spec: SupervisorSpec, childPid: number): ProcessIdentity {
  if (spec.isolation === 'none') return identify(childPid) as ProcessIdentity;
  const own = pidNamespaceOf(process.pid);
  const queue = [childPid];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const namespace = pidNamespaceOf(pid);
    if (namespace !== null && namespace !== own) return identify(pid) as ProcessIdentity;
    queue.push(...childrenOf(pid).map(child => child.pid));
  }
  throw new Error('The sandbox’s init process cannot be found.');
}

const GROUP_REMOVAL_TRIES = 50;
async function removeGroup(group: ControlGroup | null): Promise<void> {
  for (let tries = 0; tries < GROUP_REMOVAL_TRIES && group && !group.remove(); tries++) {
    await new Promise(done => setTimeout(done, 20));
  }
}

main().catch((error: NodeJS.ErrnoException) => {
  report({ error: error.message, ...(error.code ? { code: error.code } : {}) });
  process.exit(1);
});
