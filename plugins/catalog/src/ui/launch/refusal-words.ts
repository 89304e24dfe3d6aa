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
        text: `A launch holds one hour of its price, here ${required}; ${available} are available. Add funds, choose fewer GPUs, or release something first.`,
      };
    }
  }
  if (typeof details.policy === 'string' || typeof details.quota === 'string') return policyWords(message, details);
  if (typeof details.alternative === 'string') return { title: message, text: details.alternative };
  if (code === 'region_not_offered' && Array.isArray(details.regions))
    return { title: message, text: `It is offered in ${details.regions.join(', ')}.` };
  const largest = details.largest_fitting_count;
  if (typeof largest === 'number' && largest > 0) {
    return {
      title: message,
      text: largest === 1 ? '1 GPU fits on one node now.' : `Up to ${largest} GPUs fit on one node now.`,
    };
  }
  return { title: message, text: null };
}

const policyTitles: Readonly<Record<string, string>> = {
  concurrent_allocations: 'The limit of concurrent allocations is reached',
  gpus_per_project: 'The project would hold more GPUs than it may',
  spend_per_hour: 'This goes beyond what may be spent per hour',
  spend_per_month: 'This goes beyond what may be spent this month',
  allowed_skus: 'A policy does not allow this hardware',
  allowed_images: 'A policy does not allow this image',
  allowed_regions: 'A policy does not allow the regions this hardware is in',
};
const policyPlaces: Readonly<Record<string, string>> = {
  user: 'for you',
  project: 'for this project',
  organization: 'for the organization',
  agreement: 'by the platform, for your organization',
  plan: 'by your plan',
  platform: 'by the platform',
  default: 'by the platform',
};

/** Which policy it is, how far the launch goes beyond it, and who has set it. */
function policyWords(message: string, details: Refusal['details']): { title: string; text: string | null } {
  const place = policyPlaces[String(details.level)] ?? 'here';
  const [limit, current, requested] = [details.limit, details.current, details.requested].map(figure);
  const title = policyTitles[String(details.quota ?? details.policy)] ?? message;
  if (limit === null || current === null) return { title, text: `It was set ${place}.` };
  const more = requested === null ? '' : `, and this launch adds ${requested}`;
  return { title, text: `The limit set ${place} is ${limit}; ${current} in use${more}.` };
}

function figure(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : money(value);
}
