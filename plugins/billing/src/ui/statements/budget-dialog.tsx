import { toMoney } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, currencyExponent, Dialog, Select, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { readAmount, typedAmount } from '../amount';
import { budgetsPage } from '../pages';
import { useKeyOf } from '../use-key-of';
import { scopeWords } from './budget';
import type { Budget } from './budget';
import { readThresholds } from './thresholds';

const AMOUNT_LENGTH_MAX = 16;
const THRESHOLDS_LENGTH_MAX = 60;
const THRESHOLDS_DEFAULT = '50, 75, 90, 100';
/** As operations take one; its key ends at the first colon. */
const TAG = /^[a-z0-9][a-z0-9_.-]{0,39}:\S(.{0,78}\S)?$/;
const TAG_LENGTH_MAX = 121;
/** As many as one page of a list holds. */
const ROWS_MAX = 200;

const scopes = [
  { value: 'organization', label: 'The whole organization' },
  { value: 'project', label: 'One project' },
  { value: 'user', label: 'One user' },
  { value: 'tag', label: 'What has one tag' },
  { value: 'department', label: 'One department' },
] as const;
type Scope = (typeof scopes)[number]['value'];

interface BudgetDialogProps {
  currency: string;
  /** Null: a new one. Of one that is there, whose it is stays. */
  budget: Budget | null;
  onClose: () => void;
}

/** What a month should cost, of whom, and when to be told. Mounted while open. */
export function BudgetDialog({ currency, budget, onClose }: BudgetDialogProps) {
  const decimals = currencyExponent(currency);
  const create = useAction(budgetsPage, 'createBudget', { invalidates: ['listBudgets'] });
  const update = useAction(budgetsPage, 'updateBudget', { invalidates: ['listBudgets'] });
  const [scope, setScope] = useState<Scope>(budget?.scope ?? 'organization');
  const [scopeId, setScopeId] = useState('');
  const [amount, setAmount] = useState(budget === null ? '' : typedAmount(budget.amount, decimals));
  const [thresholds, setThresholds] = useState(budget?.thresholds.join(', ') ?? THRESHOLDS_DEFAULT);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const { choices, departmentsShown } = useScopeChoices(scope);
  const readMoney = readAmount(amount, { currency, decimals });
  const percents = readThresholds(thresholds);
  const isScoped =
    budget !== null ||
    scope === 'organization' ||
    (scope === 'tag' ? TAG.test(scopeId) : choices.some(({ value }) => value === scopeId));
  const values = {
    amount: 'money' in readMoney ? readMoney.money : toMoney(0n, currency),
    thresholds: percents ?? [],
  };
  const creation = { body: { scope, ...(scope === 'organization' ? {} : { scope_id: scopeId }), ...values } };
  const change = { params: { budget_id: budget?.budget_id ?? '' }, body: values };
  const idempotencyKey = useKeyOf(creation);
  const isPending = create.isPending || update.isPending;
  const error = create.error ?? update.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('error' in readMoney || percents === null || !isScoped || isPending) return;
    const onSuccess = (saved: Budget) => {
      showToast({ tone: 'success', title: `The budget of ${scopeWords(saved)} is set.` });
      onClose();
    };
    if (budget === null) create.mutate({ ...creation, idempotencyKey }, { onSuccess });
    else update.mutate(change, { onSuccess });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={budget === null ? 'Set a budget' : `Budget of ${scopeWords(budget)}`}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={isPending}>
            {budget === null ? 'Set budget' : 'Save'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          {budget === null && (
            <Select
              label="Of"
              value={scope}
              onChange={value => {
                setScope(value);
                setScopeId('');
              }}
              options={scopes.filter(({ value }) => value !== 'department' || departmentsShown)}
            />
          )}
          {budget === null && scope === 'tag' && (
            <TextField
              label="Tag"
              description="Key and value with a colon between, such as team:vision."
              value={scopeId}
              onChange={setScopeId}
              maxLength={TAG_LENGTH_MAX}
              autoComplete="off"
              isMonospace
              error={wasTried && !isScoped ? 'Type a tag as key:value.' : null}
            />
          )}
          {budget === null && scope !== 'organization' && scope !== 'tag' && (
            <Select
              label="Which one"
              value={scopeId}
              onChange={setScopeId}
              options={choices}
              error={wasTried && !isScoped ? 'Choose one.' : null}
            />
          )}
          <TextField
            label="A month should cost"
            value={amount}
            onChange={setAmount}
            inputMode="decimal"
            suffix={currency}
            maxLength={AMOUNT_LENGTH_MAX}
            autoComplete="off"
            isMonospace
            error={wasTried && 'error' in readMoney ? readMoney.error : null}
          />
          <TextField
            label="Warn at"
            description="In percent of it, up to ten, with commas between."
            value={thresholds}
            onChange={setThresholds}
            suffix="%"
            maxLength={THRESHOLDS_LENGTH_MAX}
            autoComplete="off"
            isMonospace
            error={wasTried && percents === null ? 'Type whole numbers from 1 to 1000, such as 50, 75, 90, 100.' : null}
          />
          {budget === null ? (
            <EquivalentCall page={budgetsPage} name="createBudget" args={creation} idempotencyKey={idempotencyKey} />
          ) : (
            <EquivalentCall page={budgetsPage} name="updateBudget" args={change} />
          )}
          {error !== null && <Banner tone="failed">{error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

/** What there is to choose from once it is said what the budget is of. */
function useScopeChoices(scope: Scope) {
  const { projects, permissions } = useSignedIn();
  const organization = useOperation(budgetsPage, 'getOrganization', {});
  const departmentsShown = organization.data?.departments_visible ?? false;
  const departments = useOperation(
    budgetsPage,
    'listDepartments',
    { query: { limit: ROWS_MAX } },
    { enabled: scope === 'department' && departmentsShown },
  );
  const members = useOperation(
    budgetsPage,
    'listMembers',
    { query: { limit: ROWS_MAX } },
    { enabled: scope === 'user' && permissions.has('access.member.read') },
  );
  const choices = {
    organization: [],
    tag: [],
    project: projects.map(project => ({ value: project.projectId, label: project.name })),
    user: (members.data?.items ?? []).map(member => ({ value: member.user_id, label: member.username })),
    department: (departments.data?.items ?? []).map(one => ({ value: one.department_id, label: one.name })),
  }[scope];
  return { choices, departmentsShown };
}
