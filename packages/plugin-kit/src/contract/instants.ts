/** Epoch milliseconds as the contract has instants: RFC 3339, UTC. Throws a RangeError for what is no instant. */
export function toInstant(at: number): string {
  return new Date(at).toISOString();
}

export function toInstantOrNull(at: number | null): string | null {
  return at === null ? null : toInstant(at);
}
