import { join } from 'node:path';
import { connectUnix } from './unix-socket';
import type { SupervisorStatus } from './supervisor/spec';

const ANSWER_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** Null when no supervisor answers there. */
export async function askSupervisor(directory: string): Promise<SupervisorStatus | null> {
  try {
    const socket = await connectUnix(join(directory, 'run/control.sock'), ANSWER_MS);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.end();
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.length > ANSWER_BYTES_MAX) break;
    }
    return JSON.parse(text) as SupervisorStatus;
  } catch {
    return null;
  }
}
