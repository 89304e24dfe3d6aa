/** What counts as using an allocation, and how its idleness is told. */

/** Percent of one core. Less than this over ten seconds is what an operating system and a sleeping server use by themselves. */
export const IDLE_CPU_PERCENT_BELOW = 5;
/** Percent of a GPU that exists. A driver that keeps it ready shows one at times; what is simulated says nothing. */
export const IDLE_GPU_PERCENT_BELOW = 2;
/** A connection that moved bytes counts as used for so long: activity is written down at most once in this time. */
export const CONNECTION_ACTIVITY_SECONDS = 60;
/** Measurements further apart than this leave a gap, and idleness begins anew after it: nobody knows what happened meanwhile. Several turns of the sampler. */
export const IDLE_SAMPLE_GAP_SECONDS_MAX = 90;
/** From the warning to the release: long enough to come back and press a key. */
export const IDLE_WARNING_SECONDS = 300;
