import type { NodeConnection } from '../../ssh/node-connection';
import {
  authorizedKeysFile,
  checked,
  environmentFile,
  fileLine,
  gpuArguments,
  imageArguments,
  positive,
} from './launch-values';
import { HOME_BYTES_MIN, pidsLimit, PULL_SECONDS } from './limits';
import { type NodeAnswer, runOnNode } from './node-script';
import type { ProvisionRequest, RuntimeImage } from './port';
import { entryScript } from './scripts/entry';
import { createScript, homeScript, imageScript, networkScript, prepareScript, startScript } from './scripts/provision';

export interface LaunchSettings {
  /** Kind of the CDI devices that are GPUs: `nvidia.com/gpu`. */
  readonly cdiKind: string;
  /** What images without a source stand for: a name preloaded on every node. */
  readonly baseImage: string;
  /** Networks no workload may reach, in CIDR notation: all that is not the public internet. */
  readonly refusedNetworks: readonly string[];
  /** IPv4 addresses of the name servers workloads use. Empty: those of the node. */
  readonly nameservers: readonly string[];
}

const HOME_KINDS: Readonly<Record<string, string>> = {
  nvme: "on the slot's own NVMe",
  file: 'of the size that was ordered',
  unbounded: 'without a bound: this node cannot mount file systems from files (no loop devices)',
};

/** The launch on the node, step by step. Returns how many seconds ago, by the node's own clock, the container was started. */
export async function launchContainer(
  node: NodeConnection,
  request: ProvisionRequest,
  settings: LaunchSettings,
): Promise<{ ageSeconds: number }> {
  const target = [checked('allocation', request.allocationId), String(request.fencingToken)];
  const files = filesOf(request);
  const create = createArguments(request, settings);
  const home = [
    ...target,
    String(Math.max(HOME_BYTES_MIN, Math.floor(positive('The disk', request.diskBytes)))),
    ...request.nvme.map(name => checked('namespace', name)),
  ];
  const run: Run = (script, args, options) =>
    runOnNode(node, script, { args, ...options, ...(request.signal && { signal: request.signal }) });
  const told = teller(request);

  const prepared = await told(
    () => run(prepareScript, target),
    answer => `Node ${request.node.name} (${answer.value('host')}) checked`,
  );
  // Worked in before, and stopped since (a reboot): it is started again, with the home it had.
  const restarts = prepared.value('phase') === 'created' && prepared.value('container') !== 'none';
  if (!restarts || prepared.value('container') !== 'running') {
    await told(
      () =>
        run(networkScript, [
          ...target,
          request.network.mode,
          settings.refusedNetworks.map(network => checked('network', network)).join(' '),
          settings.nameservers.map(server => checked('nameserver', server)).join(' '),
        ]),
      () =>
        request.network.mode === 'isolated' ? 'Network of its own made, without a way out' : 'Network of its own made',
    );
    await told(
      () => run(homeScript, home),
      answer => `Home made, ${HOME_KINDS[answer.value('home')] ?? answer.value('home')}`,
    );
  }
  if (!restarts) {
    const image = await told(
      () => fetchImage(run, request.image, settings.baseImage),
      answer =>
        answer.value('fetched') === '1'
          ? `Image ${request.image.name} fetched`
          : `Image ${request.image.name} is on the node`,
    );
    const [node_, ...rest] = create;
    await told(
      () => run(createScript, [...target, node_, checked('node', image.value('image')), ...rest], { stdin: files }),
      () => 'Container created',
    );
  }
  const started = await told(
    () => run(startScript, target),
    answer =>
      answer.value('was') === 'running'
        ? 'The container runs already and answers'
        : 'Container started; its sshd answers',
  );
  return { ageSeconds: started.count('age') };
}

type Run = (
  script: string,
  args: readonly string[],
  options?: { stdin?: string; timeoutSeconds?: number },
) => Promise<NodeAnswer>;

function fetchImage(run: Run, image: RuntimeImage, base: string): Promise<NodeAnswer> {
  const args = [...imageArguments(image, base), String(PULL_SECONDS)];
  return run(imageScript, args, { timeoutSeconds: PULL_SECONDS + 60 });
}

function filesOf({ environment, authorizedKeys }: ProvisionRequest): string {
  return [
    fileLine('entry.sh', entryScript),
    fileLine('environment', environmentFile(environment)),
    fileLine('authorized_keys', authorizedKeysFile(authorizedKeys)),
  ].join('');
}

/** All of the create script's arguments but the first two and the image, which is known later: node first. */
function createArguments(request: ProvisionRequest, { cdiKind }: LaunchSettings): [string, ...string[]] {
  const memory = Math.floor(positive('The memory', request.memoryBytes));
  return [
    checked('node', request.node.nodeId),
    checked('login', request.image.defaultUser),
    checked('hostname', request.hostname),
    String(positive('The number of CPUs', request.vcpus)),
    String(memory),
    // Shared memory is memory: it counts against the same limit. Frameworks that feed GPUs use a good part of it.
    String(Math.floor(memory / 2)),
    String(pidsLimit(request.vcpus)),
    checked('cdiKind', cdiKind),
    ...gpuArguments(request.gpus),
  ];
}

/** Tells the timeline what was done and how long it took, by a clock that nobody sets. */
function teller({ report }: ProvisionRequest) {
  return async (work: () => Promise<NodeAnswer>, words: (answer: NodeAnswer) => string): Promise<NodeAnswer> => {
    const begun = performance.now();
    const answer = await work();
    report?.(`${words(answer)} (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
    return answer;
  };
}
