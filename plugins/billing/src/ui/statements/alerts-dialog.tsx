import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CheckboxGroup,
  currencyExponent,
  Dialog,
  formatDuration,
  formatMoney,
  NumberField,
  showToast,
  Stack,
  Switch,
  TextField,
} from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { readAmount, typedAmount } from '../amount';
import { budgetsPage } from '../pages';
import type { Alerts } from './alerts-panel';

const HOUR_SECONDS = 3_600;
/** A year, as the operation takes it. */
const HOURS_MAX = 366 * 24;
const AMOUNT_LENGTH_MAX = 16;

const hoursOf = (seconds: number) => Math.ceil(seconds / HOUR_SECONDS);

/** Earlier warnings than those of the platform, and to whom. Mounted while open. */
export function AlertsDialog({ alerts, onClose }: { alerts: Alerts; onClose: () => void }) {
  const { platform, in_force: inForce, possible_recipients: possible } = alerts;
  const { currency } = inForce.warning_below;
  const rules = { currency, decimals: currencyExponent(currency) };
  const save = useAction(budgetsPage, 'setAlerts', { invalidates: ['getAlerts', 'getBalance'] });
  const [notice, setNotice] = useState<number | null>(hoursOf(inForce.notice_runway_seconds));
  const [warning, setWarning] = useState<number | null>(hoursOf(inForce.warning_runway_seconds));
  const [below, setBelow] = useState(typedAmount(inForce.warning_below, rules.decimals));
  const [isEverybody, setEverybody] = useState(alerts.recipients === null);
  const [chosen, setChosen] = useState<string[]>([...(alerts.recipients ?? [])]);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const read = readAmount(below, rules);
  const readMoney = 'money' in read ? read.money : platform.warning_below;
  /** What is as the platform has it follows the platform when that changes. */
  const own = (hours: number | null, platformSeconds: number) =>
    hours === null || hours <= hoursOf(platformSeconds) ? null : hours * HOUR_SECONDS;
  const call = {
    body: {
      notice_runway_seconds: own(notice, platform.notice_runway_seconds),
      warning_runway_seconds: own(warning, platform.warning_runway_seconds),
      warning_below: BigInt(readMoney.amount) <= BigInt(platform.warning_below.amount) ? null : readMoney,
      recipients: isEverybody ? null : chosen,
    },
  };
  const isNobody = !isEverybody && chosen.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('error' in read || isNobody || save.isPending) return;
    save.mutate(call, {
      onSuccess: () => {
        showToast({ tone: 'success', title: 'Warnings were changed.' });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Warnings about the balance"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p className="pt-description">They can come earlier than the platform sends them, not later.</p>
          <NumberField
            label="First notice: less left than"
            description={`The platform: ${formatDuration(platform.notice_runway_seconds)}.`}
            value={notice}
            onChange={setNotice}
            min={hoursOf(platform.notice_runway_seconds)}
            max={HOURS_MAX}
            suffix="hours"
          />
          <NumberField
            label="Warning: less left than"
            description={`The platform: ${formatDuration(platform.warning_runway_seconds)}.`}
            value={warning}
            onChange={setWarning}
            min={hoursOf(platform.warning_runway_seconds)}
            max={HOURS_MAX}
            suffix="hours"
          />
          <TextField
            label="Warning: whatever the time, below"
            description={`The platform: ${formatMoney(platform.warning_below)}.`}
            value={below}
            onChange={setBelow}
            inputMode="decimal"
            suffix={currency}
            maxLength={AMOUNT_LENGTH_MAX}
            autoComplete="off"
            isMonospace
            error={wasTried && 'error' in read ? read.error : null}
          />
          <Switch
            label="Write to everybody who may see the money"
            description="As far as they have confirmed an address."
            isSelected={isEverybody}
            onChange={setEverybody}
          />
          {!isEverybody && (
            <CheckboxGroup
              label="Write to"
              value={chosen}
              onChange={setChosen}
              options={possible.map(({ user_id: value, username, email }) => ({
                value,
                label: username,
                description: email,
              }))}
              error={wasTried && isNobody ? 'Choose somebody.' : null}
            />
          )}
          <EquivalentCall page={budgetsPage} name="setAlerts" args={call} />
          {save.error !== null && <Banner tone="failed">{save.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
