/** A DNS label holds so many characters. */
const LABEL_LENGTH_MAX = 63;
/** Of the id, enough of its random tail to tell two allocations of one name apart. */
const TAIL_LENGTH = 6;

/** What the machine calls itself: the name people gave it as a DNS label, and the tail of its id. */
export function hostnameOf(name: string, allocationId: string): string {
  const tail = allocationId.slice(-TAIL_LENGTH).toLowerCase();
  const label = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LABEL_LENGTH_MAX - TAIL_LENGTH - 1)
    .replace(/^-+|-+$/g, '');
  return label === '' ? `gpu-${tail}` : `${label}-${tail}`;
}
