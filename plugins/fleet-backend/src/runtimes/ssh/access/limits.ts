/** Every bound on what is open to a container, with its unit and its reason. */
const KiB = 1024;
const MiB = 1024 * KiB;

/** Output kept for replay, per shell session. It is the backend's own memory, for as long as the session lives: a quarter of what a sandbox keeps in its own. */
export const REPLAY_BYTES = 1 * MiB;
/** Output in flight to one reader beyond what it acknowledged. Below `REPLAY_BYTES`, so an attached reader never sees a gap. */
export const OUTPUT_WINDOW_BYTES = 512 * KiB;
/** Output is handed over in pieces of at most this size, so that two readers interleave fairly. */
export const OUTPUT_PIECE_BYTES = 64 * KiB;
/** A reader that holds up others for longer than this is cut off; alone, it may stop its shell for as long as it likes. */
export const STALLED_READER_MS = 10_000;
/** What a writer that ignores back-pressure may pile up in the backend before its attachment is dropped. */
export const INPUT_QUEUE_BYTES_MAX = 8 * MiB;
/** A shell that was told to hang up gets this long before it is killed. */
export const HANG_UP_GRACE_MS = 2_000;
/** An ended shell's last output stays readable this long, for a reader that was away when it ended. */
export const ENDED_SESSION_KEPT_MS = 10 * 60_000;

/** Per allocation, as for a sandbox: what people have open at once, not what a mistake can open in a loop. */
export const SHELL_SESSIONS_MAX = 16;
export const EXECS_MAX = 64;
export const FORWARDS_MAX = 256;

/** What waits in the backend's memory for a container that takes nothing, all that is open to it together: far more than uploads have under way, and a tenth of what would be felt. */
export const UNSENT_BYTES_MAX = 64 * MiB;

/** TCP over the node, key exchange and login together. */
export const CONNECT_MS = 15_000;
/** Seconds between two signs of life inside; a network that is gone is noticed by the node's connection long before. */
export const KEEPALIVE_SECONDS = 15;
export const KEEPALIVES_MISSED_MAX = 4;
/** A connection that nothing uses is kept this long: opening one takes several round trips, and people come back. */
export const IDLE_MS = 120_000;
