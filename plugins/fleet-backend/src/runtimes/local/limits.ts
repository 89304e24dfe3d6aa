/**
 * Every bound of the local runtime, with its unit and its reason. Relations between them are stated here, not where they are used.
 */
const KiB = 1024;
const MiB = 1024 * KiB;

/** One frame between backend and agent. Bounds what a hostile agent can make the backend hold while it waits for the rest. */
export const FRAME_BYTES_MAX = 256 * KiB;
/** Output is cut to this size per frame: a quarter of the largest frame, so that two readers interleave fairly. */
export const OUTPUT_FRAME_BYTES = FRAME_BYTES_MAX / 4;

/** Output kept for replay, per shell session. Lives in the sandbox's memory, so it is the tenant's own budget. */
export const REPLAY_BYTES = 4 * MiB;
/** Output in flight to one reader beyond what it acknowledged. Below `REPLAY_BYTES`, so an attached reader never sees a gap. */
export const OUTPUT_WINDOW_BYTES = 1 * MiB;
/** Readers' acknowledgements are sent on when they add up to this much: small against the window, so it never runs dry. */
export const ACKNOWLEDGE_EVERY_BYTES = OUTPUT_WINDOW_BYTES / 16;
/** A reader that holds up others for longer than this is cut off; alone, it may stop its shell for as long as it likes. */
export const STALLED_READER_MS = 10_000;
/** Keystrokes and pastes in flight to one shell. */
export const INPUT_WINDOW_BYTES = 256 * KiB;
/** What a writer that ignores back-pressure may pile up in the backend before its attachment is dropped. */
export const INPUT_QUEUE_BYTES_MAX = 8 * MiB;
/** A terminal whose program does not read: how often a refused write is tried again. Never on the path of a key press. */
export const INPUT_RETRY_MS = 5;

/** Chunks of output held for a listener that is not there yet: an output window in the small pieces a terminal gives. More is an agent gone wrong. */
export const HELD_CHUNKS_MAX = 4096;
/** Output of an exec's terminal waiting for its reader. Several of the socket's own buffers, so that reading and writing overlap. */
export const TERMINAL_BACKLOG_BYTES = 512 * KiB;
/** A program that was told to hang up gets this long before it is killed. */
export const HANG_UP_GRACE_MS = 2_000;

export const SHELL_SESSIONS_MAX = 16;
export const EXECS_MAX = 64;
/** Connections the agent serves at once: shells, four per exec, and forwards. */
export const AGENT_CONNECTIONS_MAX = 512;
/** An ended shell's last output stays readable this long, for a reader that was away when it ended. */
export const ENDED_SESSION_KEPT_MS = 10 * 60_000;
/** After a shell ends, background jobs may still hold its terminal; silence this long is taken as the end. */
export const TERMINAL_DRAIN_MS = 200;

export const PROCESSES_MAX = 1024;
/** Pseudo-terminals of one sandbox. The kernel has 4096 for everybody, of which it keeps 1024 for the host. */
export const TERMINALS_MAX = 128;
export const OPEN_FILES_MAX = 65_536;
export const SHARED_MEMORY_BYTES = 64 * MiB;
/** The sandbox's own root and /dev are read-only memory; this much holds the mount points. */
export const ROOT_BYTES = 4 * MiB;

export const WATCH_INTERVAL_MS = 2_000;
/** Walking a large home is expensive; usage is measured this often and reported from memory in between. */
export const DISK_USAGE_INTERVAL_MS = 10_000;
/** A measurement that takes longer cannot tell who is filling a disk that is nearly full. */
export const DISK_USAGE_PATIENCE_MS = 60_000;
/** Below so much free space (the smaller of the two) the portal itself is in danger, and whoever goes on writing is stopped. */
export const DISK_RESERVE_BYTES = 4 * 1024 * MiB;
export const DISK_RESERVE_FRACTION = 0.02;
/** What somebody must have written since the last look to be stopped for it: not those who only keep a log. */
export const DISK_GROWTH_BYTES = 32 * MiB;
/** Descriptors looked through for files that are deleted and still held open. */
export const DESCRIPTORS_MEASURED_MAX = 100_000;

export const EGRESS_CONNECTIONS_MAX = 256;
export const EGRESS_CONNECT_MS = 15_000;
export const EGRESS_IDLE_MS = 10 * 60_000;
export const EGRESS_PORT = 3128;

export const START_DEADLINE_MS = 20_000;
export const CONNECT_DEADLINE_MS = 10_000;
export const RELEASE_DEADLINE_MS = 20_000;
export const PROBE_DEADLINE_MS = 10_000;
export const FORWARD_CONNECT_MS = 10_000;
/** A refused fencing token must stay refused long after its allocation is gone; tasks live for hours, not weeks. */
export const FENCE_KEPT_MS = 30 * 24 * 3600_000;
