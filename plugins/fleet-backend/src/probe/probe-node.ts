import { nodeChecks } from '@portico/plugin-fleet/contract';
import type { NodeCheckName } from '@portico/plugin-fleet/contract';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type { NodeConnection, RunResult } from '../ssh/node-connection';
import { CONTAINERS_CONF_PATH } from '../ssh/node-files';
import { containersConf, needsContainersConf, NodeFacts } from './facts';
import { factsScript } from './facts-script';
import { judgeFacts } from './judge';
import { verdictOf } from './verdict';
import type { NodeCheck, NodeVerdict } from './verdict';

/** Seconds for all facts together. nvidia-smi without its persistence daemon takes several for each GPU. */
const FACTS_SECONDS = 90;

const writeConfScript = `mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"`;

export interface ProbeResult {
  readonly verdict: NodeVerdict;
  /** What the node says it has; undefined when it did not answer. */
  readonly capacity: { cpuCount: number; memoryBytes: number; diskBytesFree: number } | undefined;
  /** Why it did not answer. */
  readonly error: RuntimeError | undefined;
}

/**
 * Everything there is to know before a node takes work. Where podman's defaults do not work on the machine it leaves the configuration that does, and judges the machine with it. Does not throw
 * for what is wrong with a node: that is the verdict.
 */
export async function probeNode(connection: NodeConnection, clock: { now(): number }): Promise<ProbeResult> {
  try {
    let reading = await readFacts(connection, clock);
    if (needsContainersConf(reading.facts) && reading.facts.text('containers_conf') !== 'yes') {
      await connection.run(writeConfScript, { args: [CONTAINERS_CONF_PATH], stdin: containersConf(reading.facts) });
      reading = await readFacts(connection, clock);
    }
    const { facts } = reading;
    const checks: NodeCheck[] = [
      { check: 'reachability', status: 'passed', message: `It answered in ${reading.milliseconds} ms.`, fix: null },
      { check: 'host_key', status: 'passed', message: 'It shows the pinned key.', fix: null },
      { check: 'sudo', status: 'passed', message: 'The login becomes root.', fix: null },
      ...judgeFacts(facts, reading),
    ];
    const capacity = {
      cpuCount: facts.number('cpus') ?? 0,
      memoryBytes: facts.number('memory') ?? 0,
      diskBytesFree: facts.number('disk_free') ?? 0,
    };
    return { verdict: verdictOf(checks), capacity, error: undefined };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { verdict: verdictOf(unanswered(error)), capacity: undefined, error };
  }
}

async function readFacts(connection: NodeConnection, clock: { now(): number }) {
  const began = performance.now();
  await connection.run('true');
  const milliseconds = Math.round(performance.now() - began);
  const askedAt = clock.now();
  const said: RunResult = await connection.run(factsScript, { timeoutSeconds: FACTS_SECONDS });
  const facts = new NodeFacts(said.stdout);
  if (facts.text('uid') !== '0')
    throw new RuntimeError(
      'access_denied',
      `The login does not become root there: ${said.stderr.trim().slice(0, 300) || 'it said nothing'}`,
    );
  return { facts, milliseconds, askedAt, answeredAt: clock.now() };
}

/** What a node that does not answer as it should has failed; the rest cannot be known. */
function unanswered(error: RuntimeError): NodeCheck[] {
  const failure = failureOf(error);
  let before = true;
  return (Object.keys(nodeChecks) as NodeCheckName[]).map(check => {
    if (check === failure.check) {
      before = false;
      return { check, status: 'failed', message: error.message, fix: failure.fix };
    }
    return before
      ? { check, status: 'passed', message: nodeChecks[check], fix: null }
      : { check, status: 'skipped', message: 'Not looked at: the node did not get that far.', fix: null };
  });
}

function failureOf(error: RuntimeError): { check: NodeCheckName; fix: string | null } {
  if (error.code === 'host_key_changed')
    return { check: 'host_key', fix: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' };
  if (error.code === 'access_denied')
    return {
      check: 'sudo',
      fix: "echo 'portico ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/portico && chmod 440 /etc/sudoers.d/portico",
    };
  if (error.code === 'node_unreachable')
    return { check: 'reachability', fix: 'systemctl restart ssh || systemctl restart sshd' };
  return { check: 'sudo', fix: null };
}
