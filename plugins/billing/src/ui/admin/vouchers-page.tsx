import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import {
  Button,
  Id,
  Instant,
  ListPage,
  Money,
  PlusIcon,
  statusOptions,
  StatusChip,
  useListUrlState,
  WalletIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { issueVouchers, listVouchers } from '../../contract/voucher-operations';
import { adminVouchersPage } from './admin-pages';
import { IssueVouchersDialog } from './issue-vouchers-dialog';
import { IssuedVouchersDialog } from './issued-vouchers-dialog';
import { RevokeVoucherDialog } from './revoke-voucher-dialog';

export type Voucher = ReplyOf<typeof listVouchers>['items'][number];
export type Issued = ReplyOf<typeof issueVouchers>;

const ID_LENGTH_MAX = 64;
const statuses = ['open', 'redeemed', 'revoked', 'expired'] as const;
const vouchersUrl = { filters: { status: { values: statuses }, batch_id: { maxLength: ID_LENGTH_MAX } } };

/** Money to hand out as codes: issued, redeemed once, or revoked. */
export function VouchersPage() {
  const list = useListUrlState(vouchersUrl);
  const [isIssuing, setIssuing] = useState(false);
  const [issued, setIssued] = useState<Issued | null>(null);
  const [revoking, setRevoking] = useState<Voucher | null>(null);
  const status = statuses.find(one => one === list.filter('status'));
  const batchId = list.filter('batch_id');
  const vouchers = useOperation(
    adminVouchersPage,
    'listVouchers',
    {
      query: {
        ...(status === undefined ? {} : { status }),
        ...(batchId === undefined ? {} : { batch_id: batchId }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true },
  );
  const issue = (
    <Button variant="primary" icon={PlusIcon} onPress={() => setIssuing(true)}>
      Issue vouchers
    </Button>
  );
  const columns: DataColumn<Voucher>[] = [
    { key: 'code', header: 'Code', cell: voucher => <Id value={`…${voucher.last4}`} />, priority: 1, isNarrow: true },
    { key: 'note', header: 'For', cell: voucher => voucher.note, priority: 1 },
    {
      key: 'status',
      header: 'State',
      cell: voucher => <StatusChip family="voucher" status={voucher.status} />,
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'issued',
      header: 'Issued',
      cell: voucher => <Instant at={voucher.created_at} />,
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'redeem_by',
      header: 'Redeem by',
      cell: voucher => (voucher.redeem_by === null ? 'Any time' : <Instant at={voucher.redeem_by} />),
      priority: 3,
      isNarrow: true,
    },
    {
      key: 'redeemed',
      header: 'Redeemed',
      cell: voucher => <Instant at={voucher.redeemed_at} />,
      priority: 3,
      isNarrow: true,
    },
    {
      key: 'amount',
      header: 'Worth',
      cell: voucher => <Money value={voucher.amount} />,
      align: 'end',
      priority: 1,
      isNarrow: true,
    },
    {
      key: 'revoke',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: voucher =>
        voucher.status === 'open' && (
          <Button size="small" onPress={() => setRevoking(voucher)}>
            Revoke…
            <span className="pt-visually-hidden">{` the code that ends in ${voucher.last4}`}</span>
          </Button>
        ),
    },
  ];
  return (
    <>
      <ListPage
        header={{
          title: 'Vouchers',
          description: 'Each is worth its amount to the first organization that redeems it.',
          primaryAction: issue,
        }}
        label="Vouchers"
        list={list}
        filters={[{ key: 'status', label: 'State', options: statusOptions('voucher') }]}
        columns={columns}
        rows={vouchers.data?.items}
        rowKey={voucher => voucher.voucher_id}
        nextCursor={vouchers.data?.next_cursor ?? null}
        isRefreshing={vouchers.isPlaceholderData}
        failure={vouchers.error}
        onRetry={() => void vouchers.refetch()}
        empty={{
          icon: WalletIcon,
          title: 'No vouchers yet',
          description: 'Hand out codes that become money in the account of whoever redeems them.',
          actions: issue,
        }}
      />
      {isIssuing && (
        <IssueVouchersDialog
          onClose={() => setIssuing(false)}
          onIssued={found => {
            setIssuing(false);
            setIssued(found);
          }}
        />
      )}
      {issued !== null && <IssuedVouchersDialog issued={issued} onClose={() => setIssued(null)} />}
      {revoking !== null && <RevokeVoucherDialog voucher={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
