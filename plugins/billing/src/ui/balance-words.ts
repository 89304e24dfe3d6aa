import type { ReplyOf } from '@portico/plugin-kit/contract';
import { formatDuration, formatMoney } from '@portico/ui';
import type { BannerTone } from '@portico/ui';
import type { getBalance } from '../contract/operations';

export type Balance = ReplyOf<typeof getBalance>;

/** What the state of the balance means: what stops, when, and what is kept. Null while there is nothing to say. */
export function balanceWords(balance: Balance): { tone: BannerTone; title: string; text: string } | null {
  const runway = balance.runway_seconds === null ? null : formatDuration(balance.runway_seconds);
  const available = formatMoney(balance.available);
  const burns = balance.burn_rate_per_hour.amount !== '0';
  switch (balance.status) {
    case 'healthy':
      return null;
    case 'notice':
      return {
        tone: 'notice',
        title: `The balance lasts for about ${runway ?? 'a while'}`,
        text: `${available} are left at what runs now.`,
      };
    case 'warning':
      return {
        tone: 'warning',
        title: 'The balance is low',
        text: burns
          ? `${available} are left, for about ${runway ?? 'a short time'}. Then your workloads are released and their disks deleted.`
          : `${available} are left. A launch holds one hour of its price first.`,
      };
    case 'auto_release_pending':
      return {
        tone: 'failed',
        title: `Your workloads will be released in about ${runway ?? 'moments'}`,
        text: 'What was held for them pays for the last minutes. Save your work now; what they hold on disk is deleted with them.',
      };
    case 'depleted':
      // Also of an organization that never had any: nothing was used up there.
      if (!burns)
        return {
          tone: 'warning',
          title: 'There is no money in the account',
          text: 'Nothing runs, and nothing can be launched until there is some. What was released does not start again by itself.',
        };
      return {
        tone: 'failed',
        title: 'The balance is used up',
        text: 'Nothing can be launched, and what ran is released. Nothing starts again by itself after a top-up.',
      };
  }
}
