/** The longest single argument Linux takes (`MAX_ARG_STRLEN`, 128 KiB), with room for what sshd and sudo put around it. What is larger goes in by `stdin`. */
const COMMAND_BYTES_MAX = 100 * 1024;

/** One word for a POSIX shell that means exactly this text, whatever it holds. Throws on the NUL character, which no argument can carry. */
export function quoteForShell(text: string): string {
  if (text.includes('\0')) throw new Error('an argument of a command cannot hold the NUL character');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The first line a command writes to `stderr`: the process to end when nobody waits for it any more. */
const PID_LINE = /^portico-pid (\d+)\n/m;
const SAY_PID = `printf 'portico-pid %s\\n' "$PPID" >&2`;
/** Logins differ in what they set, and a shell that was not logged in to lacks the system's own programs. */
const ENVIRONMENT = `export LC_ALL=C PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"`;

/** Between the polite end of a command and the one it cannot refuse, in seconds. */
const KILL_AFTER_SECONDS = 5;

export interface ShellCommand {
  readonly script: string;
  readonly args: readonly string[];
  /** Who logs in; everybody but root goes through sudo. */
  readonly username: string;
  /** 0: never. Kept by the node itself, so that a command ends there even when the connection is lost. */
  readonly timeoutSeconds: number;
}

/**
 * The line for sshd that runs a script as root with these positional parameters. `timeout` stands above the script for three reasons: it ends it in time without us, it makes the
 * script and all it starts one process group, and its process id, said first, is what ends that group early. `sh`, never a login shell: bash reads its start-up files for every command.
 */
export function commandLine({ script, args, username, timeoutSeconds }: ShellCommand): string {
  const words = [
    'timeout',
    '-k',
    String(KILL_AFTER_SECONDS),
    String(timeoutSeconds),
    'sh',
    '-c',
    `${SAY_PID}\n${ENVIRONMENT}\n${script}`,
    'sh',
    ...args,
  ];
  const line = `exec ${(username === 'root' ? words : ['sudo', '-n', '--', ...words]).map(quoteForShell).join(' ')}`;
  if (Buffer.byteLength(line) > COMMAND_BYTES_MAX) throw new Error('the command is too long; pass data by stdin');
  return line;
}

/** Finds that line in what came on `stderr` so far, below what sudo may have to complain of. Undefined while the script has not begun. */
export function readPid(stderr: string): { pid: number; rest: string } | undefined {
  const match = PID_LINE.exec(stderr);
  return match === null ? undefined : { pid: Number(match[1]), rest: stderr.slice(match.index + match[0].length) };
}
