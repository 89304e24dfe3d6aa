/** What a node says of itself, by name; a name may come several times. */
export class NodeFacts {
  readonly #values = new Map<string, string[]>();

  constructor(output: string) {
    for (const line of output.split('\n')) {
      const tab = line.indexOf('\t');
      if (tab <= 0) continue;
      const name = line.slice(0, tab);
      const value = line.slice(tab + 1).trim();
      if (value !== '') this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Undefined for what is missing or no number. */
  number(name: string): number | undefined {
    const value = Number(this.text(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  }
}

export type CgroupMode = 'unified' | 'hybrid' | 'legacy' | 'unknown';

export function cgroupModeOf(facts: NodeFacts): CgroupMode {
  const filesystem = facts.text('cgroup_filesystem');
  if (filesystem === 'cgroup2fs') return 'unified';
  if (filesystem !== 'tmpfs') return 'unknown';
  return facts.text('cgroup_unified_beside') === 'yes' ? 'hybrid' : 'legacy';
}

/** Whether podman's own defaults fail there: crun refuses hybrid control groups, and default ulimits need the right to raise limits. */
export function needsContainersConf(facts: NodeFacts): boolean {
  if (facts.text('podman') === undefined) return false;
  return cgroupModeOf(facts) === 'hybrid' || facts.text('limits_raisable') === 'no';
}

const OPEN_FILES = 20_000;
const PROCESSES = 32_768;

/** Podman's configuration that works on such a machine. */
export function containersConf(facts: NodeFacts): string {
  const openFiles = atMost(OPEN_FILES, facts.number('open_files_hard'));
  const processes = atMost(PROCESSES, facts.number('processes_hard'));
  const runtime = facts.all('oci_runtime').includes('runc') && cgroupModeOf(facts) !== 'unified' ? 'runc' : undefined;
  return [
    '# Written by Portico, because podman’s defaults do not work on this machine. Delete it, and the next probe decides anew.',
    '[containers]',
    `default_ulimits = ["nofile=${openFiles}:${openFiles}", "nproc=${processes}:${processes}"]`,
    '[engine]',
    ...(runtime === undefined ? [] : [`runtime = "${runtime}"`]),
    ...(facts.text('systemd') === 'yes' ? [] : ['cgroup_manager = "cgroupfs"', 'events_logger = "file"']),
    ...(facts.all('network_backend').includes('netavark') ? ['[network]', 'network_backend = "netavark"'] : []),
    '',
  ].join('\n');
}

function atMost(wanted: number, hard: number | undefined): number {
  return hard === undefined ? wanted : Math.min(wanted, hard);
}
