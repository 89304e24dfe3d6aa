import { useOperation } from '@portico/plugin-kit/ui';
import { formatMoney } from '@portico/ui';
import { Link } from 'react-router-dom';
import { billingPage } from '../pages';
import { methodWords } from '../payments/method-words';

const MOVES = /^(billing|payments)\./;

/** Whether the account fills itself up, in one line. Left out while that is not known. */
export function AutoTopUpLine() {
  const { data } = useOperation(billingPage, 'getAutoTopUp', {}, { live: event => MOVES.test(event.event_type) });
  if (data === undefined) return null;
  return (
    <p className="pt-description">
      {words(data)} <Link to="/billing/payments">{data.enabled ? 'Change' : 'Set it up'}</Link>
    </p>
  );
}

type AutoTopUp = NonNullable<ReturnType<typeof useOperation<typeof billingPage, 'getAutoTopUp'>>['data']>;

function words({ enabled, amount, threshold, method, disabled_reason: reason }: AutoTopUp): string {
  if (enabled && amount !== null && threshold !== null) {
    const card = method === null ? 'the saved card' : methodWords(method);
    return `Automatic top-up is on: ${formatMoney(amount)} from ${card} whenever less than ${formatMoney(threshold)} are left.`;
  }
  if (reason === 'failures') return 'Automatic top-up was turned off: the card was refused three times in a row.';
  if (reason === 'method_removed') return 'Automatic top-up was turned off: its card is gone.';
  return 'Automatic top-up is off.';
}
