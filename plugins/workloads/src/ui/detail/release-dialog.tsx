import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { ConfirmDialog, formatMoney, showToast } from '@portico/ui';
import { workloadPage } from '../pages';
import type { Workload } from '../workload-words';

/** The end of a workload: says what stops and what is lost, and can be left without doing anything. */
export function ReleaseDialog({
  workload,
  isOpen,
  onClose,
}: {
  workload: Workload;
  isOpen: boolean;
  onClose: () => void;
}) {
  const release = useAction(workloadPage, 'releaseAllocation', {
    invalidates: ['getAllocation', 'listWorkloads', 'getBalance', 'listUsage'],
  });
  const isCancel = workload.status === 'requested' || workload.status === 'provisioning';
  const isRetry = workload.status === 'release_failed';
  const impact = isCancel
    ? [
        ...(workload.batch_id === null
          ? []
          : ['It is launched together with others, all or none: the launch of all of them is cancelled.']),
        'What was started so far is undone.',
        'Nothing is billed, and what was held is available again.',
      ]
    : [
        'Everything that runs in it ends, and terminals and SSH connections close.',
        'Its home and everything else on its disk is deleted for good.',
        isRetry
          ? 'Billing has stopped already.'
          : `Billing of ${formatMoney(workload.price_per_hour, { per: 'hour' })} stops at once.`,
      ];
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        release.reset();
        onClose();
      }}
      level="simple"
      title={isCancel ? `Cancel the launch of ${workload.name}?` : `Release ${workload.name}?`}
      impact={impact}
      confirmLabel={isCancel ? 'Cancel launch' : isRetry ? 'Try releasing again' : 'Release'}
      error={release.error?.message ?? null}
      isPending={release.isPending}
      onConfirm={async () => {
        const reply = await release.mutateAsync({
          params: { allocation_id: workload.allocation_id },
          // One release of this state of the allocation, however often it is pressed.
          idempotencyKey: `release-${workload.allocation_id}-${workload.updated_at}`,
        });
        showToast({
          tone: 'info',
          title: `${workload.name} is being released.`,
          action: { label: 'Show progress', to: `/tasks/${reply.task_id}` },
        });
        onClose();
      }}
    >
      <EquivalentCall
        page={workloadPage}
        name="releaseAllocation"
        args={{ params: { allocation_id: workload.allocation_id } }}
      />
    </ConfirmDialog>
  );
}
