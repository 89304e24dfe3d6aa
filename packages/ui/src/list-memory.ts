/**
 * Where a list was left: its last query string, how far it was scrolled and which row was opened. Session storage, so
 * that two tabs do not fight. Everything here may be missing or refused; the list then opens from the top.
 */
interface ListMemory {
  search: string;
  scrollY: number;
  rowKey: string | null;
}

const PREFIX = 'portico.list:';

export function rememberList(path: string, memory: ListMemory): void {
  try {
    sessionStorage.setItem(PREFIX + path, JSON.stringify(memory));
  } catch {
    // Full or denied storage costs a comfort, nothing else.
  }
}

export function recallList(path: string): ListMemory | null {
  try {
    const stored = sessionStorage.getItem(PREFIX + path);
    const memory = stored === null ? null : (JSON.parse(stored) as Partial<ListMemory>);
    if (typeof memory?.search !== 'string' || typeof memory.scrollY !== 'number') return null;
    return {
      search: memory.search,
      scrollY: memory.scrollY,
      rowKey: typeof memory.rowKey === 'string' ? memory.rowKey : null,
    };
  } catch {
    return null;
  }
}

/** The address of a list as it was left in this tab; `path` itself when it was not visited. */
export function rememberedListUrl(path: string): string {
  return path.includes('?') ? path : path + (recallList(path)?.search ?? '');
}
