import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { ConfirmDialog, showToast } from '@portico/ui';
import { budgetsPage } from '../pages';
import { scopeWords } from './budget';
import type { Budget } from './budget';

export function DeleteBudgetDialog({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const remove = useAction(budgetsPage, 'deleteBudget', { invalidates: ['listBudgets'] });
  const call = { params: { budget_id: budget.budget_id } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Delete the budget of ${scopeWords(budget)}?`}
      impact={['Nobody is warned any more of what it costs.', 'Nothing else changes: budgets stop nothing.']}
      confirmLabel="Delete budget"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async () => {
        await remove.mutateAsync(call);
        showToast({ tone: 'success', title: 'The budget was deleted.' });
        onClose();
      }}
    >
      <EquivalentCall page={budgetsPage} name="deleteBudget" args={call} />
    </ConfirmDialog>
  );
}
