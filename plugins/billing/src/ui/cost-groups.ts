/** What costs can be added up by; tags by their key. */
export const groupings = [
  { value: 'project', label: 'Project' },
  { value: 'user', label: 'User' },
  { value: 'sku', label: 'Hardware' },
  { value: 'department', label: 'Department' },
] as const;

const noneWords: Readonly<Record<string, string>> = { user: 'Nobody in particular', none: 'All usage' };

interface Group {
  readonly kind: 'group' | 'none' | 'other';
  readonly key: string | null;
  readonly label: string | null;
}

/** What a group is called: its name, that of the hardware where pages know it, else its id. */
export function groupLabel(group: Group, groupBy: string, names: ReadonlyMap<string, string>): string {
  if (group.kind === 'other') return 'All others';
  if (group.kind === 'none') return noneWords[groupBy] ?? (groupBy.startsWith('tag:') ? 'Without this tag' : 'None');
  return group.label ?? names.get(group.key ?? '') ?? group.key ?? 'Unknown';
}
