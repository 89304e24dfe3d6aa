import { renderingOf, useOperation, useOperationPages, useSession } from '@portico/plugin-kit/ui';
import {
  Button,
  Card,
  CardGrid,
  EmptyState,
  formatMoney,
  Inline,
  Money,
  PageState,
  Panel,
  PlusIcon,
  Progress,
  ReceiptIcon,
  ShowMore,
  Stack,
  StateChip,
} from '@portico/ui';
import type { Tone } from '@portico/ui';
import { useState } from 'react';
import { BillingFrame } from '../billing-frame';
import { budgetsPage } from '../pages';
import { AlertsPanel } from './alerts-panel';
import { scopeWords } from './budget';
import type { Budget } from './budget';
import { BudgetDialog } from './budget-dialog';
import { DeleteBudgetDialog } from './delete-budget-dialog';

type Deed = { kind: 'create' } | { kind: 'change' | 'delete'; budget: Budget };

const ALL_PERCENT = 100;

/** What one meant to spend, what was spent, and when somebody is told. */
export function BudgetsPage() {
  const permissions = useSession()?.permissions ?? new Set();
  const mayManage = permissions.has('billing.budget.manage');
  const budgets = useOperationPages(
    budgetsPage,
    'listBudgets',
    {},
    { live: event => event.event_type.startsWith('billing.budget') },
  );
  const balance = useOperation(budgetsPage, 'getBalance', {}, { enabled: permissions.has('billing.balance.read') });
  const currency = balance.data?.currency ?? budgets.items[0]?.amount.currency;
  const [deed, setDeed] = useState<Deed | null>(null);
  const create = mayManage && currency !== undefined && (
    <Button icon={PlusIcon} onPress={() => setDeed({ kind: 'create' })}>
      Set a budget
    </Button>
  );
  return (
    <BillingFrame title="Budgets">
      <Stack gap="loose">
        <Panel
          title="Budgets"
          description="For each calendar month in UTC. A budget warns and stops nothing: limits that stop launches are under Policies."
          actions={budgets.items.length > 0 && create}
        >
          <PageState state={renderingOf(budgets, { layout: 'cards' })}>
            {budgets.items.length === 0 ? (
              <EmptyState
                icon={ReceiptIcon}
                title="No budgets yet"
                description="Set what a month should cost, and be told at 50, 75, 90 and 100 % of it."
                actions={create}
                headingLevel={3}
              />
            ) : (
              <Stack>
                <CardGrid label="Budgets">
                  {budgets.items.map(budget => (
                    <BudgetCard key={budget.budget_id} budget={budget} {...(mayManage ? { onDeed: setDeed } : {})} />
                  ))}
                </CardGrid>
                <ShowMore of={budgets} />
              </Stack>
            )}
          </PageState>
        </Panel>
        {permissions.has('billing.ledger.read') && <AlertsPanel mayManage={permissions.has('billing.alert.manage')} />}
      </Stack>
      {deed?.kind === 'create' && currency !== undefined && (
        <BudgetDialog currency={currency} budget={null} onClose={() => setDeed(null)} />
      )}
      {deed?.kind === 'change' && (
        <BudgetDialog currency={deed.budget.amount.currency} budget={deed.budget} onClose={() => setDeed(null)} />
      )}
      {deed?.kind === 'delete' && <DeleteBudgetDialog budget={deed.budget} onClose={() => setDeed(null)} />}
    </BillingFrame>
  );
}

function stateOf(budget: Budget): { tone: Tone; label: string } {
  if (budget.percent >= ALL_PERCENT) return { tone: 'failed', label: 'Used up' };
  if (BigInt(budget.forecast.amount) > BigInt(budget.amount.amount))
    return { tone: 'degraded', label: 'Will not last' };
  return { tone: 'running', label: 'On track' };
}

function BudgetCard({ budget, onDeed }: { budget: Budget; onDeed?: (deed: Deed) => void }) {
  const name = scopeWords(budget);
  return (
    <Card
      title={name}
      subtitle={`${formatMoney(budget.amount)} a month`}
      aside={<StateChip {...stateOf(budget)} />}
      footer={
        onDeed !== undefined && (
          <Inline gap="tight">
            <Button size="small" onPress={() => onDeed({ kind: 'change', budget })}>
              Change
              <span className="pt-visually-hidden">{` the budget of ${name}`}</span>
            </Button>
            <Button size="small" variant="quiet" onPress={() => onDeed({ kind: 'delete', budget })}>
              Delete…
              <span className="pt-visually-hidden">{` the budget of ${name}`}</span>
            </Button>
          </Inline>
        )
      }
    >
      <Stack gap="tight">
        <Progress
          label={`${formatMoney(budget.spent)} spent`}
          value={budget.percent / ALL_PERCENT}
          valueLabel={`${budget.percent} %`}
        />
        <p className="pt-description">
          <Money value={budget.forecast} /> by the end of the month if what runs goes on.
        </p>
        <p className="pt-description">{`Warns at ${budget.thresholds.map(one => `${one} %`).join(', ')}${warned(budget)}.`}</p>
      </Stack>
    </Card>
  );
}

function warned({ reached }: Budget): string {
  return reached.length === 0 ? '' : `; reached this month: ${reached.map(one => `${one} %`).join(', ')}`;
}
