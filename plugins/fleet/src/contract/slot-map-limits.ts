/** Slots of one map. Sixty-four GPUs of seven MIG instances each fit. */
export const SLOT_MAP_SLOTS_MAX = 512;
/** GPUs, virtual functions or NVMe namespaces that one reading of a host keeps; a network card alone may have 256 functions, and hosts have several. */
export const HOST_DEVICES_MAX = 4096;
/** Sentences about what looks wrong on a host. More are not read, and a host that prints nonsense must not fill the database with it. */
export const HOST_WARNINGS_MAX = 100;
/** NUMA domains of one host. Linux knows up to 1,024; machines with GPUs have at most a few dozen. */
export const NUMA_DOMAINS_MAX = 256;
/** Hours a candidate may wait for its approval. Beyond a working day nobody remembers what was looked at, and hosts change. */
export const SLOT_MAP_CANDIDATE_HOURS = 8;
/** Candidates of one node that wait at the same time: one for each administrator who looks, and no more; the oldest gives way. */
export const SLOT_MAP_CANDIDATES_MAX = 8;
/** Seconds one reading of a host may take. `nvidia-smi` alone takes several when the driver has to wake its GPUs. */
export const HOST_READING_SECONDS = 45;
/** Characters of a reason that somebody gives for what a machine cannot know. */
export const CLEANUP_REASON_LENGTH_MAX = 500;
