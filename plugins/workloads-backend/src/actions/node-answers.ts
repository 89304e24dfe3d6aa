import type { Services } from '../services';

/** A node that needs longer than this to say anything cannot be worked with either. */
const ANSWER_SECONDS_MAX = 15;

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
    () => false,
  );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
