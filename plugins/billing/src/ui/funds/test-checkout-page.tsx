import type { BodySentTo, ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CardIcon,
  Checkbox,
  Inline,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  RadioCards,
  Select,
  Stack,
  Stat,
  StatRow,
} from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useParams } from 'react-router-dom';
import type { decideTestCheckout, getTestCheckout } from '../../contract/payment-operations';
import { testCheckoutPage } from '../pages';
import { TestMoneyBanner } from './test-money-banner';
import './funds.css';

type Checkout = ReplyOf<typeof getTestCheckout>;
type Decision = BodySentTo<typeof decideTestCheckout>;
type Outcome = Decision['outcome'];
type Card = NonNullable<Decision['card']>;

const outcomes: readonly { value: Outcome; title: string; description: string }[] = [
  { value: 'paid', title: 'Card accepted', description: 'The money is added within seconds.' },
  { value: 'declined', title: 'Card declined', description: 'The bank refuses, and does not say why.' },
  { value: 'insufficient_funds', title: 'Not enough money', description: 'The bank refuses for want of it.' },
  { value: 'pending', title: 'Paid later', description: 'A bank account: the money takes days.' },
];
const endings: readonly { value: Outcome; title: string; description: string }[] = [
  { value: 'settled', title: 'The money arrives', description: 'The bank has sent it.' },
  { value: 'bounced', title: 'It bounces', description: 'The bank could not send it.' },
];
const cards: readonly { value: Card; label: string }[] = [
  { value: '4242', label: '•••• 4242, always works' },
  { value: '0341', label: '•••• 0341, declined later on' },
  { value: '5126', label: '•••• 5126, refunds to it fail' },
  { value: '0259', label: '•••• 0259, disputed afterwards' },
];

/** Stands in for the pages of a payment provider: whoever pays says what card, bank and payer do. */
export function TestCheckoutPage() {
  const { paymentId = '' } = useParams();
  const checkout = useOperation(testCheckoutPage, 'getTestCheckout', { params: { payment_id: paymentId } });
  return (
    <div className="billing-checkout">
      <Stack gap="loose">
        <PageHeader title="Test checkout" />
        <TestMoneyBanner />
        <PageState state={renderingOf(checkout, { what: 'checkout', layout: 'form' })}>
          {checkout.data !== undefined && <CheckoutForm checkout={checkout.data} />}
        </PageState>
      </Stack>
    </div>
  );
}

function CheckoutForm({ checkout }: { checkout: Checkout }) {
  const decide = useAction(testCheckoutPage, 'decideTestCheckout', { invalidates: ['getTestCheckout'] });
  const isPending = checkout.state === 'pending';
  const choices = isPending ? endings : outcomes;
  const [outcome, setOutcome] = useState<Outcome>(isPending ? 'settled' : 'paid');
  const [card, setCard] = useState<Card>('4242');
  const params = { payment_id: checkout.payment_id };
  const call = { params, body: { outcome, ...(outcome === 'paid' && card !== '4242' ? { card } : {}) } };
  if (checkout.state !== 'open' && checkout.state !== 'pending') {
    return (
      <Panel>
        <Stack>
          <Banner tone="info" title="This checkout is over">
            There is nothing left to pay here.
          </Banner>
          <LinkButton to={pathOf(checkout.success_url)} variant="primary">
            See what became of it
          </LinkButton>
        </Stack>
      </Panel>
    );
  }
  const send = (body: Decision) =>
    decide.mutate(
      { params, body },
      {
        onSuccess: () => {
          if (body.outcome === 'declined' || body.outcome === 'insufficient_funds') return;
          window.location.assign(body.outcome === 'cancelled' ? checkout.cancel_url : checkout.success_url);
        },
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!decide.isPending) send(call.body);
  };
  const wasRefused =
    decide.isSuccess &&
    (decide.variables.body.outcome === 'declined' || decide.variables.body.outcome === 'insufficient_funds');
  return (
    <form onSubmit={submit} noValidate>
      <Panel
        title="Payment"
        footer={
          <Inline align="between">
            {!isPending && (
              <Button isDisabled={decide.isPending} onPress={() => send({ outcome: 'cancelled' })}>
                Cancel and go back
              </Button>
            )}
            <Button type="submit" variant="primary" icon={CardIcon} isPending={decide.isPending}>
              {isPending ? 'Let it happen' : 'Pay with test money'}
            </Button>
          </Inline>
        }
      >
        <Stack>
          <StatRow label="To pay">
            <Stat label="To pay" value={<Money value={checkout.amount} />} hint="In test money" />
          </StatRow>
          <RadioCards
            label={isPending ? 'What becomes of the transfer?' : 'What does the bank say?'}
            value={outcome}
            onChange={setOutcome}
            options={choices}
          />
          {outcome === 'paid' && <Select label="Card" value={card} onChange={setCard} options={cards} />}
          {checkout.saves_method && (
            <Checkbox label="The card is kept for automatic top-up" isSelected isDisabled onChange={() => undefined} />
          )}
          <EquivalentCall page={testCheckoutPage} name="decideTestCheckout" args={call} />
          {wasRefused && (
            <Banner tone="failed" title="The card was refused">
              Nothing was charged. Choose something else, or go back.
            </Banner>
          )}
          {decide.error !== null && <Banner tone="failed">{decide.error.message}</Banner>}
        </Stack>
      </Panel>
    </form>
  );
}

/** The address is one of this portal; links inside of it go by path. */
function pathOf(address: string): string {
  const { pathname, search } = new URL(address, window.location.origin);
  return pathname + search;
}
