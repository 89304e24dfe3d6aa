import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Checkbox, ConfirmDialog, formatMoney, showToast } from '@portico/ui';
import { useState } from 'react';
import { adminAllocationsPage } from './admin-pages';
import type { AdminAllocation, ListedNode } from './allocations-page';
import { isSilent } from './silent-node';

/** The end of somebody else's work: with a reason they are told, and a name typed. Only where the node does not answer it can be ended without asking it. */
export function ForceReleaseDialog({
  allocation,
  node,
  onClose,
}: {
  allocation: AdminAllocation;
  node: ListedNode | undefined;
  onClose: () => void;
}) {
  const isFailed = allocation.status === 'failed';
  const [isAttested, setAttested] = useState(isFailed);
  const release = useAction(adminAllocationsPage, 'forceReleaseAllocation', {
    invalidates: ['listAdminAllocations', 'listNodes', 'listWorkloads', 'getAllocation'],
  });
  const { allocation_id: allocationId, name, username } = allocation;
  const owner = username === null ? 'its owner' : `@${username}`;
  const impact = [
    ...(isFailed ? [] : [`Everything ${owner} runs in it ends, and its home is deleted for good.`]),
    allocation.billing_stopped_at !== null || allocation.billing_started_at === null
      ? 'Nothing more is billed for it.'
      : `Billing of ${formatMoney(allocation.price_per_hour, { per: 'hour' })} stops.`,
    ...(allocation.batch_id !== null && allocation.display_status === 'provisioning'
      ? ['It is being launched in a batch: the launch of all of it is cancelled.']
      : []),
    ...(isAttested
      ? [
          'Its node is not asked. The allocation ends at once, billed until it was last seen alive.',
          'Its GPUs stay out of use until somebody has confirmed that they are clean.',
        ]
      : ['Its GPUs are free again once the node has confirmed that nothing is left.']),
    `${owner === 'its owner' ? 'Its owner' : owner} is told the reason.`,
  ];
  const body = (reason: string) => ({ reason, ...(isAttested ? { attest_absent: true } : {}) });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="reason"
      title={`Force the release of ${name}?`}
      impact={impact}
      typedName={name}
      confirmLabel="Force release"
      choices={
        isSilent(node) && (
          <Checkbox
            label="Nothing of it runs any more, and its node will not come back"
            description="You vouch for this; it is written to the audit log. Without it, the release waits for the node."
            isSelected={isAttested}
            isDisabled={isFailed}
            onChange={setAttested}
          />
        )
      }
      error={release.error?.message ?? null}
      isPending={release.isPending}
      onConfirm={async ({ reason }) => {
        const reply = await release.mutateAsync({
          params: { allocation_id: allocationId },
          body: body(reason),
          // One release of this state of the allocation, however often it is pressed.
          idempotencyKey: `force-release-${allocationId}-${allocation.updated_at}${isAttested ? '-attested' : ''}`,
        });
        showToast({
          tone: 'info',
          title:
            reply.allocation.status === 'releasing'
              ? `${name} is being released.`
              : `${name} is over; its GPUs wait for cleaning.`,
        });
        onClose();
      }}
    >
      <EquivalentCall
        page={adminAllocationsPage}
        name="forceReleaseAllocation"
        args={{ params: { allocation_id: allocationId }, body: body('…') }}
      />
    </ConfirmDialog>
  );
}
