import { formatMoney } from '@portico/ui';
import type { MoneyAmount } from '@portico/ui';

/** A launch that is refused, by the review or by the launch itself. */
export interface Refusal {
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
}

function money(value: unknown): string | null {
  const isMoney = typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
  return isMoney ? formatMoney(value as MoneyAmount) : null;
}

/** What is wrong, and what would do instead as far as the refusal tells. */
export function refusalWords({ code, message, details }: Refusal): { title: string; text: string | null } {
  if (code === 'insufficient_balance') {
    const [required, available, shortfall] = [details.required, details.available, details.shortfall].map(money);
    if (required !== null && available !== null && shortfall !== null) {
      return {
        title: `The balance is ${shortfall} short`,
        text: `A launch holds one hour of its price, here ${required}; ${available} are available. Choose fewer GPUs, or release something first.`,
      };
    }
  }
  const largest = details.largest_fitting_count;
  if (typeof largest === 'number' && largest > 0) {
    return {
      title: message,
      text: largest === 1 ? '1 GPU fits on one node now.' : `Up to ${largest} GPUs fit on one node now.`,
    };
  }
  return { title: message, text: null };
}
