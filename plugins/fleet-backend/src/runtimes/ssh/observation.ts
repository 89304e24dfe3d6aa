import type { NodeAnswer } from './node-script';
import type { RuntimeObservation } from './port';

/** 128 and SIGKILL, as shells count. */
const KILLED = 137;

/** What the node says of its instances, by our clock: its own may say anything, so only the distance between two of its readings counts. */
export function observationsOf(answer: NodeAnswer, now: number): RuntimeObservation[] {
  const nodeNow = answer.count('now');
  return answer.all('instance').map(line => {
    const [allocationId = '', phase, busy, container, code, oom, finished] = line.split(' ');
    const observation = (state: RuntimeObservation['state'], rest: Partial<RuntimeObservation> = {}) => ({
      allocationId,
      state,
      lastAliveAt: null,
      exitReason: null,
      ...rest,
    });
    if (phase === 'absent') return observation(busy === 'yes' ? 'starting' : 'absent');
    if (phase === 'creating' && busy === 'yes') return observation('starting');
    if (container === 'running' && phase === 'created') return observation('running', { lastAliveAt: now });
    const finishedAt = Number(finished);
    const age = nodeNow - finishedAt;
    return observation('stopped', {
      lastAliveAt: phase === 'created' && finishedAt > 0 && age >= 0 ? now - age * 1000 : null,
      exitReason: exitReason({ phase, container, code: Number(code), outOfMemory: oom === 'true' }),
    });
  });
}

interface End {
  readonly phase: string | undefined;
  readonly container: string | undefined;
  readonly code: number;
  readonly outOfMemory: boolean;
}

function exitReason({ phase, container, code, outOfMemory }: End): string {
  if (phase === 'creating') return 'The container was never completed.';
  if (phase === 'releasing') return 'Its release was begun and is not finished.';
  if (container === 'none' || container === 'forgotten') return 'The container is gone, and its home is still there.';
  if (outOfMemory) return 'The container ran out of memory.';
  // What podman says of a container that ran when the node went down.
  if (container === 'created' || container === 'configured') return 'The node was restarted.';
  if (code === KILLED) return 'The container was killed.';
  return code === 0 ? 'The container was stopped.' : `The container ended with exit code ${code}.`;
}
