/** `November 2026`, of a month of UTC. */
export function monthOf(periodFrom: string): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(periodFrom),
  );
}

export const invoiceKinds = { invoice: 'Invoice', credit_note: 'Credit note' } as const;

const SECONDS_PER_HOUR = 3_600;

/** `12.25 GPU h` of seconds as text with three decimals; for reading, rounded to the nearest hundredth. */
export function gpuHours(seconds: string): string {
  const hours = Number(seconds) / SECONDS_PER_HOUR;
  return `${new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(hours)} GPU h`;
}
