import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that somebody still holds: what nobody holds is thrown away first. */
export function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** By how much the buffers held in this process grow at most in the time after `before` was taken. */
export async function growthOfBuffers(milliseconds: number, before: number): Promise<number> {
  let highest = 0;
  for (const until = Date.now() + milliseconds; Date.now() < until;) {
    highest = Math.max(highest, heldBytes() - before);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return highest;
}
