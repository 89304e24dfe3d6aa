import { useState } from 'react';
import {
  Banner,
  Button,
  Bytes,
  Card,
  CardGrid,
  CodeBlock,
  CommandLine,
  ConfirmDialog,
  CopyButton,
  Dialog,
  Drawer,
  Duration,
  DownloadIcon,
  Id,
  IconButton,
  Inline,
  Instant,
  KeyValueList,
  LinkButton,
  Money,
  PageHeader,
  Panel,
  PlusIcon,
  Progress,
  Rate,
  RefreshIcon,
  RelativeTime,
  SlotMap,
  Spinner,
  Stack,
  Stat,
  StateChip,
  StatRow,
  StatusChip,
  Tabs,
  Timeline,
  TrashIcon,
  useToast,
} from '../src/index';
import { candidateNode, node, NOW, usd } from './samples';

const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

export function ComponentsPage() {
  const [open, setOpen] = useState<'dialog' | 'drawer' | 'simple' | 'typed' | 'reason' | 'both' | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const toast = useToast();
  const close = () => setOpen(null);
  return (
    <Stack gap="loose">
      <PageHeader
        title="trainer-7"
        breadcrumbs={[{ label: 'Workloads', to: '/list' }, { label: 'trainer-7' }]}
        chip={<StatusChip family="allocation" status="active" />}
        description="Two H200 slices on one NUMA domain, billed by the second."
        primaryAction={<Button variant="primary">Open terminal</Button>}
        menu={[
          {
            items: [
              { id: 'm', label: 'Metrics' },
              { id: 'x', label: 'Release', isDanger: true, icon: TrashIcon },
              { id: 'y', label: 'Attach storage', disabledReason: 'Nothing to attach' },
            ],
          },
        ]}
      >
        <Tabs
          label="Workload"
          items={[
            { to: '/', label: 'Overview', isExact: true },
            { to: '/list', label: 'Events', count: 12 },
            { to: '/states', label: 'Storage' },
          ]}
        />
      </PageHeader>
      <StatRow label="Cost">
        <Stat label="Price" value={<Rate value={usd('4980000')} />} hint="2 × $2.49/h" />
        <Stat label="So far" value={<Money value={usd('18472500')} />} hint="since 13:21" />
        <Stat label="Balance after today" value={<Money value={usd('-1250000')} />} hint="runs out 11:00" />
        <Stat label="Runway" value={<Duration seconds={66_300} />} />
      </StatRow>
      <Panel title="Slots" description="Where the workload runs">
        <SlotMap
          label="Slots"
          nodes={[node('node-01'), node('node-02', 4)]}
          selectedIds={chosen}
          onSelect={slot => setChosen([slot.sliceId])}
        />
      </Panel>
      <Panel title="Candidate" description="What approving a slot map would make of a node">
        <SlotMap label="Candidate slots" nodes={[candidateNode()]} />
      </Panel>
      <CardGrid>
        <Card
          title="H200"
          to="/list"
          subtitle="141 GB, whole GPU"
          aside={<StatusChip family="availability" status="available" />}
          footer={
            <>
              <Rate value={usd('2490000')} />
              <LinkButton to="/forms" size="small">
                Launch
              </LinkButton>
            </>
          }
        >
          <SlotMap variant="compact" label="Free capacity" nodes={[node('node-01'), node('node-02')]} />
        </Card>
        <Card
          title="H200 slice"
          subtitle="1/4 of a GPU"
          aside={<StatusChip family="availability" status="limited" />}
          footer={<Rate value={usd('690000')} />}
        >
          <SlotMap variant="compact" label="Free capacity" nodes={[node('node-03', 4)]} />
        </Card>
        <Card
          title="B300"
          isMuted
          subtitle="No single node fits"
          aside={<StatusChip family="availability" status="sold_out" />}
          footer={<Rate value={usd('5100000')} />}
        />
      </CardGrid>
      <Panel
        title="Launch"
        actions={
          <Button size="small" variant="danger">
            Cancel
          </Button>
        }
      >
        <Timeline
          label="Steps"
          now={new Date(NOW)}
          steps={[
            { id: '1', label: 'Reserve slots', status: 'completed', startedAt: at(-40), finishedAt: at(-39.5) },
            { id: '2', label: 'Prepare the image', status: 'completed', startedAt: at(-39), finishedAt: at(-12) },
            {
              id: '3',
              label: 'Start the sandbox',
              status: 'active',
              startedAt: at(-12),
              detail: 'Usually 8 s, up to 20 s',
            },
            { id: '4', label: 'Attach storage', status: 'skipped' },
            { id: '5', label: 'Check access', status: 'pending' },
            {
              id: '6',
              label: 'Example of a failure',
              status: 'failed',
              startedAt: at(-4),
              finishedAt: at(-2),
              detail: 'sandbox_start_failed: no free uid',
            },
          ]}
        />
      </Panel>
      <Panel title="Connection">
        <Stack>
          <CommandLine label="SSH command" command="ssh -p 2222 alloc_8c2k9dxw41@portico.example.org" />
          <CodeBlock
            label="API call"
            code={
              'curl -X POST https://portico.example.org/api/v1/allocations \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -d \'{"sku_id":"sku_h200","gpu_count":2}\''
            }
          />
          <KeyValueList
            columns={2}
            items={[
              { label: 'Id', value: <Id value="alloc_8c2k9dxw41" /> },
              { label: 'Created', value: <Instant at={at(-4000)} /> },
              { label: 'Seen', value: <RelativeTime at={at(-200)} /> },
              { label: 'Memory', value: <Bytes value={151_397_597_184} /> },
            ]}
          />
        </Stack>
      </Panel>
      <Panel title="Actions and feedback">
        <Stack>
          <Inline>
            <Button variant="primary" icon={PlusIcon}>
              Launch
            </Button>
            <Button>Secondary</Button>
            <Button variant="quiet">Quiet</Button>
            <Button variant="danger" icon={TrashIcon}>
              Release
            </Button>
            <Button variant="primary" isPending pendingLabel="Launching…">
              Launch
            </Button>
            <Button isDisabled>Disabled</Button>
            <IconButton label="Refresh" icon={RefreshIcon} />
            <CopyButton text="x" label="Copy id" />
            <LinkButton to="/list" icon={DownloadIcon}>
              CSV
            </LinkButton>
            <Spinner />
          </Inline>
          <Inline>
            <Button onPress={() => setOpen('dialog')}>Dialog</Button>
            <Button onPress={() => setOpen('drawer')}>Drawer</Button>
            <Button onPress={() => setOpen('simple')}>Confirm</Button>
            <Button onPress={() => setOpen('typed')}>Typed</Button>
            <Button onPress={() => setOpen('reason')}>Reason</Button>
            <Button onPress={() => setOpen('both')}>Two at once</Button>
            <Button
              onPress={() =>
                toast.show({
                  title: 'trainer-7 is being released',
                  description: 'It moved to Inactive.',
                  action: { label: 'Show', to: '/list' },
                })
              }
            >
              Toast
            </Button>
            <Button
              onPress={() =>
                toast.show({ title: 'Could not release', description: 'The node does not answer.', tone: 'failed' })
              }
            >
              Failed toast
            </Button>
          </Inline>
          <Inline>
            {(['running', 'progress', 'degraded', 'failed', 'approval', 'muted'] as const).map(tone => (
              <StateChip key={tone} tone={tone} label={tone} />
            ))}
          </Inline>
          <Banner>Maintenance on Sunday, 02:00 to 04:00.</Banner>
          <Banner
            tone="notice"
            title="Less than 72 hours of balance"
            actions={<Button size="small">Add funds</Button>}
          />
          <Banner tone="failed" title="This workload could not start" isAlert={false}>
            sandbox_start_failed: no free uid on node-01.
          </Banner>
          <Progress label="Uploading dataset.tar" value={0.42} valueLabel="42 %" />
          <Progress label="Provisioning" />
        </Stack>
      </Panel>
      <Dialog
        isOpen={open === 'dialog' || open === 'both'}
        onClose={close}
        title="Rename workload"
        footer={
          <>
            <Button onPress={close}>Cancel</Button>
            <Button variant="primary" onPress={close}>
              Rename
            </Button>
          </>
        }
      >
        A dialog body.
      </Dialog>
      <Drawer isOpen={open === 'drawer'} onClose={close} title="Audit entry">
        <KeyValueList
          items={[
            { label: 'Actor', value: 'ada' },
            { label: 'Request', value: <Id value="req_18dk39" /> },
          ]}
        />
      </Drawer>
      <ConfirmDialog
        isOpen={open === 'simple'}
        onClose={close}
        onConfirm={close}
        level="simple"
        title="Release trainer-7?"
        impact={[
          'The shell and everything in the home folder are lost.',
          'Billing stops at once; you paid $18.47 so far.',
          'Attached storage is kept.',
        ]}
        confirmLabel="Release"
      />
      <ConfirmDialog
        isOpen={open === 'typed'}
        onClose={close}
        onConfirm={close}
        level="typed"
        typedName="vision"
        title="Delete project vision?"
        impact={['3 keys are removed.']}
        confirmLabel="Delete project"
      />
      <ConfirmDialog
        isOpen={open === 'reason'}
        onClose={close}
        onConfirm={close}
        level="reason"
        typedName="trainer-7"
        title="Force release trainer-7?"
        confirmLabel="Force release"
      />
      <ConfirmDialog
        isOpen={open === 'both'}
        onClose={() => setOpen('dialog')}
        onConfirm={() => setOpen('dialog')}
        level="typed"
        typedName="ada"
        tone="neutral"
        title="Confirm that it is you"
        confirmLabel="Confirm"
      />
    </Stack>
  );
}
