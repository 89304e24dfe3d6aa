/** SKUs of the whole catalogue, configured ones included: it is shown and filtered as one list. */
export const SKUS_MAX = 200;
/** Images of the whole catalogue, for the same reason. */
export const IMAGES_MAX = 100;
/** Different GPU counts of one SKU: every number of GPUs a node may have, with room. */
export const GPU_COUNTS_MAX = 16;
/** GPUs (or parts) of one allocation: more than any node has. */
export const GPUS_PER_ALLOCATION_MAX = 64;
/** Currencies one SKU is sold in. */
export const CURRENCIES_MAX = 32;
/** Prices of one SKU that are shown, newest first: a change a week for years. */
export const PRICE_HISTORY_MAX = 500;
/** Digits of a price in micro-units: just under a billion units for one GPU hour. */
export const PRICE_DIGITS_MAX = 15;
/** Regions one SKU may be sold in. */
export const REGIONS_MAX = 50;
/** Organizations named at one SKU. A SKU for more of them is one for everyone. */
export const ORGANIZATIONS_PER_SKU_MAX = 500;
/** Characters of a registry reference: what container engines take. */
export const IMAGE_SOURCE_LENGTH_MAX = 255;
/** Bytes: 64 TiB, more than a node has. */
export const DISK_BYTES_MAX = 64 * 1024 ** 4;
/** Bytes: 16 TiB. */
export const MEMORY_BYTES_MAX = 16 * 1024 ** 4;
/** Bytes: a quarter of a GiB, below which nothing starts. */
export const MEMORY_BYTES_MIN = 1024 ** 3 / 4;
/** Virtual CPUs that come with one GPU. */
export const VCPUS_PER_GPU_MAX = 1024;
