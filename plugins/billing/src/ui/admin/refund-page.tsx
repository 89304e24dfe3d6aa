import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSession } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Id,
  Instant,
  KeyValueList,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  Stack,
  Stat,
  StatRow,
  StatusChip,
} from '@portico/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import type { getAnyRefund } from '../../contract/refund-operations';
import { methodWords } from '../payments/method-words';
import { adminRefundPage } from './admin-pages';
import { ApproveRefundDialog, DecideRefundDialog } from './refund-deeds';

export type AdminRefund = ReplyOf<typeof getAnyRefund>;

const crumbs = (label: string) => [{ label: 'Refunds', to: '/admin/refunds' }, { label }];
const settlements = { pending: 'On its way to the card', succeeded: 'Arrived', failed: 'Refused by the card' } as const;
const outcomes = { provider_refund: 'To the card', internal_credit: 'As credit' } as const;
const makers = {
  customer: 'The customer',
  platform: 'Somebody of the platform',
  provider: 'Somebody at the payment provider',
} as const;

/** One refund: what was asked for, what became of it, and what a person can still decide. */
export function AdminRefundPage() {
  const { refundId = '' } = useParams();
  const refund = useOperation(adminRefundPage, 'getAnyRefund', { params: { refund_id: refundId } });
  return (
    <>
      {refund.data === undefined && <PageHeader title="Refund" breadcrumbs={crumbs('Refund')} />}
      <PageState state={renderingOf(refund, { what: 'refund', layout: 'text' })}>
        {refund.data !== undefined && <Told refund={refund.data} />}
      </PageState>
    </>
  );
}

function Told({ refund }: { refund: AdminRefund }) {
  const permissions = useSession()?.permissions ?? new Set();
  const [deed, setDeed] = useState<'approve' | 'decide' | null>(null);
  const mayDecide = permissions.has('billing.refund.manage_any') && refund.waits_for !== null;
  const mayApprove = permissions.has('billing.refund.approve_any') && refund.waits_for === 'approval';
  const close = () => setDeed(null);
  return (
    <Stack gap="loose">
      <PageHeader
        title={`Refund for ${refund.organization_name ?? 'an organization that is gone'}`}
        breadcrumbs={crumbs(refund.refund_id)}
        chip={<StatusChip family="refund" status={refund.status} />}
        secondaryAction={mayDecide && <Button onPress={() => setDeed('decide')}>Decide…</Button>}
        primaryAction={
          mayApprove && (
            <Button variant="primary" onPress={() => setDeed('approve')}>
              Approve…
            </Button>
          )
        }
      />
      <Banner tone={refund.waits_for === null ? 'info' : 'notice'} title={bannerTitle(refund)}>
        {refund.outcome_text}
      </Banner>
      <StatRow label="Refund">
        <Stat label="Amount" value={<Money value={refund.amount} />} />
        <Stat
          label="Way to the card"
          value={refund.settlement === null ? '–' : settlements[refund.settlement]}
          hint={refund.card === null ? undefined : methodWords(refund.card)}
        />
        {refund.proposed_outcome !== null && (
          <Stat label="Proposed" value={outcomes[refund.proposed_outcome]} hint="Once it is approved" />
        )}
      </StatRow>
      <Panel
        title="About"
        actions={
          refund.payment_id !== null && (
            <LinkButton to={`/admin/payment-sessions/${refund.payment_id}`} size="small">
              See the payment
            </LinkButton>
          )
        }
      >
        <KeyValueList
          columns={2}
          items={[
            { label: 'Reason', value: refund.reason === '' ? null : refund.reason },
            { label: 'Decided because', value: refund.decision_reason },
            { label: 'Asked by', value: refund.requested_by?.username ?? makers[refund.made_by] },
            { label: 'Asked', value: <Instant at={refund.requested_at} /> },
            { label: 'Decided by', value: refund.decided_by?.username ?? null },
            { label: 'Approved by', value: refund.approved_by?.username ?? null },
            { label: 'Decided', value: <Instant at={refund.decided_at} /> },
            { label: 'Settled', value: <Instant at={refund.settled_at} /> },
            { label: 'Refund id', value: <Id value={refund.refund_id} /> },
            { label: 'Organization id', value: <Id value={refund.organization_id} /> },
            {
              label: 'At the provider',
              value: refund.provider_refund_id === null ? null : <Id value={refund.provider_refund_id} />,
            },
            { label: 'The provider said', value: refund.failure },
          ]}
        />
      </Panel>
      {deed === 'approve' && <ApproveRefundDialog refund={refund} onClose={close} />}
      {deed === 'decide' && <DecideRefundDialog refund={refund} onClose={close} />}
    </Stack>
  );
}

function bannerTitle({ waits_for: waitsFor }: AdminRefund): string {
  if (waitsFor === 'decision') return 'Waits for somebody to decide';
  return waitsFor === 'approval' ? 'Waits for a second person' : 'What became of it';
}
