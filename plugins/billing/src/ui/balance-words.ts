import type { ReplyOf } from '@portico/plugin-kit/contract';
import { formatDuration, formatMoney } from '@portico/ui';
import type { BannerTone } from '@portico/ui';
import type { getBalance } from '../contract/operations';

export type Balance = ReplyOf<typeof getBalance>;

/** Of what is told about a balance, in the words that mails use as well: what stops, when, and what is kept. */
const LOST =
  'Then your workloads are released, and their disks are deleted with them; projects, keys and invoices stay.';

/** What the state of the balance means: what stops, when, and what is kept. Null while there is nothing to say. */
export function balanceWords(balance: Balance): { tone: BannerTone; title: string; text: string } | null {
  const runway = balance.runway_seconds === null ? null : formatDuration(balance.runway_seconds);
  const available = formatMoney(balance.available);
  const rate = formatMoney(balance.burn_rate_per_hour, { per: 'hour' });
  const burns = balance.burn_rate_per_hour.amount !== '0';
  switch (balance.status) {
    case 'healthy':
      return null;
    case 'notice':
      return {
        tone: 'notice',
        title: `The balance lasts for about ${runway ?? 'a while'}`,
        text: `${available} are left, and what runs takes ${rate}. ${LOST}`,
      };
    case 'warning':
      return burns
        ? {
            tone: 'warning',
            title: `The balance is low: about ${runway ?? 'a short time'} are left`,
            text: `${available} are left, and what runs takes ${rate}. ${LOST}`,
          }
        : {
            tone: 'warning',
            title: 'The balance is low',
            text: `${available} are left. Nothing runs, so nothing stops. A launch holds part of its price first, and is refused where that is more.`,
          };
    case 'auto_release_pending':
      return {
        tone: 'failed',
        title: `Your workloads will be released in about ${runway ?? 'moments'}`,
        text: 'What was held for them pays for the last minutes. Save your work now: their disks are deleted with them. Adding funds before that keeps them running.',
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
        text: 'Nothing can be launched, and what ran is released, its disks with it. Nothing starts again by itself after funds are added.',
      };
  }
}
