import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

/** A network of two addresses that this computer does not use yet, and a name for our end of the cable. */
export function freeAddress(): { host: string; node: string; veth: string } {
  const used = execFileSync('ip', ['-o', 'address', 'show'], { encoding: 'utf8' });
  for (;;) {
    const prefix = `10.${randomInt(200, 255)}.${randomInt(0, 256)}`;
    const first = 4 * randomInt(0, 64);
    const host = `${prefix}.${first + 1}`;
    if (!used.includes(` ${host}/`))
      return { host, node: `${prefix}.${first + 2}`, veth: `pn${randomInt(0, 16 ** 9).toString(16)}` };
  }
}
