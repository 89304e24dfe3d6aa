/** Every bound of the ssh runtime, with its unit and its reason. Relations between them are stated here, not where they are used. */
const KiB = 1024;
const MiB = 1024 * KiB;

/** One call of podman that only looks or changes little. It takes a tenth of a second; one that takes this long hangs. */
export const PODMAN_SECONDS = 30;
/** Creating and starting a container, on a node that is busy pulling for others. */
export const PODMAN_START_SECONDS = 60;
/** Waiting for another change of the same allocation on the node. Longer than any single call of podman within it. */
export const FENCE_WAIT_SECONDS = PODMAN_START_SECONDS + 15;
/** A script made of several calls. What takes longer is ended by the connection, and what it began is found by the next. */
export const SCRIPT_SECONDS = FENCE_WAIT_SECONDS + 60;
/** An image of tens of gigabytes over a slow line. A step's attempt waits less long; the next one joins in. */
export const PULL_SECONDS = 3600;
/** From the start of the container until its sshd answers: some image has to make a user first. */
export const ANSWER_SECONDS = 30;
/** Between asking everything inside to end (TERM) and ending it (KILL). Programs save what they have. */
export const STOP_GRACE_SECONDS = 10;
/** Removing a large home that is a directory takes long; a released allocation is not paid for, so nobody is in a hurry. */
export const RELEASE_SECONDS = 600;
/** Asking a node for its metrics or its state. Callers come every few seconds, so one that hangs must not pile up. */
export const LOOK_SECONDS = 45;
export const NVIDIA_SMI_SECONDS = 10;

/** A metrics server that takes longer is left out of this reading. */
export const METRICS_LOOKUP_MS = 5_000;
/** An answer about the GPUs of one node is some kilobytes. */
export const METRICS_REPLY_BYTES_MAX = MiB;

/** Several readers within this time get one reading: a node is asked once for all its allocations. */
export const METRICS_CACHE_MS = 1_500;

/**
 * Processes and threads of one container: some for the shells of people, and for each CPU what frameworks for training start several times over. A fork bomb ends here, long before the node's own
 * number of processes does (32,768 on small machines).
 */
const PIDS_FOR_SHELLS = 1024;
const PIDS_PER_CPU = 256;
const PIDS_MAX = 16_384;
export function pidsLimit(cpus: number): number {
  return Math.min(PIDS_MAX, PIDS_FOR_SHELLS + Math.ceil(cpus * PIDS_PER_CPU));
}

/** The container's own log, which only sshd writes to. */
export const LOG_BYTES_MAX = MiB;
/** `mkfs.ext4` needs some room for itself. */
export const HOME_BYTES_MIN = 16 * MiB;

/** User ids of one container, and where the first range begins: far above those of any login and of the ranges distributions give out (subuid starts at 100,000 or 524,288). */
export const UIDS_PER_CONTAINER = 65_536;
export const FIRST_UID = 0x2000_0000;
/** The last range ends below 2^31, which old tools take for a negative number. */
export const UID_RANGES_MAX = 24_000;

/** A refused fencing token must stay refused long after its allocation is gone; tasks live for hours, not weeks. */
export const FENCE_KEPT_DAYS = 30;

/** Of what a node said, in an error people read. */
export const SAID_CHARACTERS_MAX = 300;
/** What one environment may hold; a container's own start is refused by the kernel far above. */
export const ENVIRONMENT_BYTES_MAX = 64 * KiB;
export const AUTHORIZED_KEYS_MAX = 256;
