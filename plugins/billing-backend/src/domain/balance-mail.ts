import type { Micros } from '@portico/plugin-kit/contract';
import { moneyText } from './currency';

/** What the portal writes to those who look after an organization's money. Names stand on lines with other words; nothing else in a message was chosen by a stranger. */
export interface BillingMail {
  readonly subject: string;
  readonly text: string;
}

/** Whose money it is, what the portal is called and where it is. */
export interface BillingMailFrame {
  readonly title: string;
  readonly publicUrl: string;
  readonly organization: string;
}

export interface BalanceNews {
  readonly currency: string;
  readonly available: Micros;
  readonly held: Micros;
  readonly burnRatePerHour: Micros;
  readonly runwaySeconds: number | null;
}

export const BALANCE_STEPS = [
  'billing.low_balance_notice',
  'billing.low_balance_warning',
  'billing.auto_release_pending',
  'billing.balance_depleted',
  'billing.recovered',
] as const;
export type BalanceStep = (typeof BALANCE_STEPS)[number];

const WHAT_STOPS =
  'When it is used up, running workloads are released, and their disks are deleted with them. Projects, keys, images, usage and invoices stay. Nothing is charged beyond the ' +
  'balance but a few seconds, and nothing starts again by itself.';

/** What stops, when, and what is kept: one message for each step down, and one when it is over. */
export function balanceMail(frame: BillingMailFrame, step: BalanceStep, news: BalanceNews): BillingMail {
  const { organization, title, publicUrl } = frame;
  const available = moneyText(news.available, news.currency);
  const lasts = news.runwaySeconds === null ? null : durationText(news.runwaySeconds);
  const stands = `The balance of “${organization}” at ${title} is ${available}, and ${moneyText(news.held, news.currency)} more are set aside for what runs.`;
  const rate = `That lasts about ${lasts ?? 'a while'} at ${moneyText(news.burnRatePerHour, news.currency)} an hour.`;
  const addFunds = ['Add funds here:', `${publicUrl}/billing`];
  switch (step) {
    case 'billing.low_balance_notice':
      return {
        subject: `The balance of ${organization} lasts about ${lasts ?? 'a while'}`,
        text: paragraphs(`${stands} ${rate}`, WHAT_STOPS, ...addFunds),
      };
    case 'billing.low_balance_warning':
      return lasts === null
        ? {
            subject: `The balance of ${organization} is low`,
            text: paragraphs(
              `The balance of “${organization}” at ${title} is ${available}. Nothing runs now, so nothing stops. A launch sets aside part of its price first and is refused where the balance does not cover that.`,
              ...addFunds,
            ),
          }
        : {
            subject: `The balance of ${organization} is low: about ${lasts} are left`,
            text: paragraphs(`${stands} ${rate}`, WHAT_STOPS, ...addFunds),
          };
    case 'billing.auto_release_pending':
      return {
        subject: `Workloads of ${organization} are released in about ${lasts ?? 'a few minutes'}`,
        text: paragraphs(
          `The balance of “${organization}” at ${title} is used up but for ${moneyText(news.held + news.available, news.currency)}, which was set aside for what runs and pays for about ${lasts ?? 'a few minutes'} more.`,
          'Save what is on the disks of your workloads now: they are released then, and their disks are deleted with them. Projects, keys, images, usage and invoices stay.',
          'Adding funds before that keeps them running:',
          `${publicUrl}/billing`,
        ),
      };
    case 'billing.balance_depleted':
      return {
        subject: `The balance of ${organization} is used up`,
        text: paragraphs(
          `The balance of “${organization}” at ${title} is used up. What ran is being released, and its disks are deleted with it. Nothing can be launched until there is money in the account.`,
          'Projects, keys, images, usage and invoices stay. What was released does not start again by itself after funds are added.',
          ...addFunds,
        ),
      };
    case 'billing.recovered':
      return {
        subject: `The balance of ${organization} is fine again`,
        text: paragraphs(
          lasts === null ? `${stands} Nothing runs now.` : `${stands} ${rate}`,
          'Workloads can be launched. What was released in the meantime does not start again by itself.',
          `${publicUrl}/billing`,
        ),
      };
  }
}

export const paragraphs = (...texts: readonly string[]) => `${texts.join('\n\n')}\n`;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** The two greatest units at most, rounded down: nobody is promised time they do not have. */
export function durationText(seconds: number): string {
  if (seconds >= 2 * DAY) return count(Math.floor(seconds / DAY), 'day');
  if (seconds >= DAY) return `a day and ${count(Math.floor((seconds - DAY) / HOUR), 'hour')}`;
  if (seconds >= 2 * HOUR) return count(Math.floor(seconds / HOUR), 'hour');
  if (seconds >= HOUR) return `an hour and ${count(Math.floor((seconds - HOUR) / MINUTE), 'minute')}`;
  return seconds >= MINUTE ? count(Math.floor(seconds / MINUTE), 'minute') : count(Math.floor(seconds), 'second');
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}
