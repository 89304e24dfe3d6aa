import { Banner } from '@portico/ui';

/** Said wherever money of the test provider is about to move, so that nobody takes it for real. */
export function TestMoneyBanner() {
  return (
    <Banner tone="warning" title="Test money: no card is charged">
      This portal is not connected to a payment provider. Payments go through the same steps, with money that is worth
      nothing.
    </Banner>
  );
}
