import { RuntimeError } from '@portico/plugin-fleet/port';
import type { RuntimeErrorCode } from '@portico/plugin-fleet/port';
import type { Services } from '../services';

/** A node that needs longer than this to say anything cannot be worked with either. Longer than a runtime waits for a connection and one look. */
const ANSWER_SECONDS_MAX = 60;
/** What says that the machine Portico knew is not there: silence, another machine in its place, or one that does not let Portico in any more. Whatever else goes wrong there, it answers. */
const silent: ReadonlySet<RuntimeErrorCode> = new Set(['node_unreachable', 'host_key_changed', 'access_denied']);

/** Whether the node of an allocation can be asked now. Asked of the node itself, outside of any transaction: what was last known of it may be minutes old. */
export async function nodeAnswers(
  services: Pick<Services, 'database' | 'fleet'>,
  allocationId: string,
): Promise<boolean> {
  const placed = await services.fleet.runtimeOf(services.database.read, allocationId);
  if (!placed) return false;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ANSWER_SECONDS_MAX * 1000);
  });
  const answer = placed.runtime.probe(placed.instance.node).then(
    () => true,
    (error: unknown) => !(error instanceof RuntimeError && silent.has(error.code)),
  );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
