import { formatMoney, PageHeader, Panel, StackedBars, Stack } from '../src/index';
import { TimeSeries } from '../src/chart/index';
import { TerminalView, type TerminalHandle } from '../src/terminal/index';
import { TIMES, wave } from './samples';

const ESC = '\u001b[';
const OUTPUT = [
  `${ESC}1;32mada@trainer-7${ESC}0m:${ESC}34m~${ESC}0m$ nvidia-smi`,
  'GPU 0: NVIDIA H200 (simulated)   31 °C   112 W / 700 W',
  `${ESC}38;2;200;120;40mtruecolor${ESC}0m ${ESC}31mred${ESC}0m ${ESC}33myellow${ESC}0m ${ESC}35mmagenta${ESC}0m ${ESC}36mcyan${ESC}0m ${ESC}90mgrey${ESC}0m ${ESC}7minverse${ESC}0m`,
  `${ESC}1;32mada@trainer-7${ESC}0m:${ESC}34m~${ESC}0m$ `,
].join('\r\n');

const DAYS = Array.from({ length: 21 }, (_, index) => index + 1);
/** More than there are colours. */
const PROJECTS = ['Vision', 'Speech', 'Robotics', 'Search', 'Ranking', 'Ads', 'Other'];
const spend = (day: number, place: number) => BigInt(((day * 37 + place * 53) % 29) * 1_370_000);

export default function InstrumentsPage() {
  const start = (terminal: TerminalHandle) => terminal.write(OUTPUT);
  const events = [
    { at: TIMES[20] ?? 0, label: 'launch' },
    { at: TIMES[105] ?? 0, label: 'release' },
  ];
  return (
    <Stack gap="loose">
      <PageHeader title="Instruments" />
      <Panel title="Shell" isFlush>
        <TerminalView label="Shell of trainer-7" onInput={() => undefined} onReady={start} />
      </Panel>
      <Panel title="Metrics">
        <Stack gap="loose">
          <TimeSeries
            title="GPU use"
            note="simulated"
            times={TIMES}
            group="sample"
            range={[0, 100]}
            csvName="gpu"
            events={events}
            series={[
              { id: 'a', label: 'GPU 0', unit: '%', values: wave(100, 9) },
              { id: 'b', label: 'GPU 1', unit: '%', values: wave(80, 14) },
              { id: 'c', label: 'GPU 2', unit: '%', values: wave(60, 5) },
            ]}
          />
          <TimeSeries
            title="Memory"
            times={TIMES}
            group="sample"
            events={events}
            series={[{ id: 'm', label: 'Used', unit: 'GiB', values: wave(140, 30) }]}
          />
        </Stack>
      </Panel>
      <Panel title="Spend">
        <StackedBars
          title="Spend by day"
          note="so far"
          buckets={DAYS.map(day => ({ key: `${day}`, label: `${day} Nov 2026`, shortLabel: `${day} Nov` }))}
          formatValue={value => formatMoney({ amount: value.toString(), currency: 'USD', scale: 6 })}
          series={PROJECTS.map((label, place) => ({ id: label, label, values: DAYS.map(day => spend(day, place)) }))}
        />
      </Panel>
    </Stack>
  );
}
