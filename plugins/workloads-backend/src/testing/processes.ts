import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of all processes of this machine in which the text occurs. */
export function processesMentioning(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter(entry => /^[0-9]+$/.test(entry))
    .map(commandLine)
    .filter(line => line.includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended between the listing and this look.
    return '';
  }
}
