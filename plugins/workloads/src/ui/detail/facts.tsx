import { useOperation } from '@portico/plugin-kit/ui';
import { Id, Instant, KeyValueList, Panel, SlotMap } from '@portico/ui';
import { Link } from 'react-router-dom';
import { workloadPage } from '../pages';
import { slotNodes } from '../slot-nodes';
import { hardwareText } from '../workload-words';
import type { DetailedWorkload, Workload } from '../workload-words';
import './workload-page.css';

const isolations = {
  sandbox: 'Sandbox of its own',
  container: 'Container of its own',
  none: 'None: shares the machine with the portal',
} as const satisfies Record<Workload['isolation'], string>;

/** What it stands on. */
export function Facts({ workload }: { workload: DetailedWorkload }) {
  const skus = useOperation(workloadPage, 'listSkus', { query: { limit: 200 } });
  const images = useOperation(workloadPage, 'listOsImages', { query: { limit: 200 } });
  const sku = skus.data?.items.find(candidate => candidate.sku_id === workload.sku_id);
  const image = images.data?.items.find(candidate => candidate.image_id === workload.image_id);
  const tags = Object.entries(workload.tags).map(([key, value]) => `${key}:${value}`);
  const isSimulated = workload.slots.some(slot => slot.simulated);
  return (
    <Panel title="Hardware">
      <div className={workload.slots.length > 0 ? 'workload-hardware' : undefined}>
        <KeyValueList
          items={[
            { label: 'Hardware', value: hardwareText(workload, sku?.name) },
            {
              label: 'GPUs',
              value: isSimulated
                ? `${workload.slots[0]?.gpu_model ?? ''}, simulated`
                : (workload.slots[0]?.gpu_model ?? '–'),
            },
            { label: 'Image', value: image === undefined ? '–' : `${image.name} ${image.version}` },
            { label: 'Network', value: workload.network.mode === 'egress' ? 'Internet access' : 'Isolated' },
            { label: 'Isolation', value: isolations[workload.isolation] },
            ...(tags.length === 0 ? [] : [{ label: 'Tags', value: tags.join(', ') }]),
            { label: 'Launched', value: <Launched workload={workload} /> },
            ...(workload.idle_since === null ? [] : [{ label: 'Idle', value: <IdleSince workload={workload} /> }]),
            { label: 'Id', value: <Id value={workload.allocation_id} /> },
          ]}
        />
        {workload.slots.length > 0 && (
          <SlotMap label={`GPUs of ${workload.name}`} nodes={slotNodes(workload)} isLegendHidden />
        )}
      </div>
    </Panel>
  );
}

function Launched({ workload }: { workload: DetailedWorkload }) {
  if (workload.batch_id === null) return <Instant at={workload.created_at} />;
  return (
    <span>
      <Instant at={workload.created_at} />
      {', '}
      <Link className="pt-link" to={`/workloads?batch=${workload.batch_id}`}>
        together with others
      </Link>
    </span>
  );
}

function IdleSince({ workload }: { workload: DetailedWorkload }) {
  return (
    <span>
      {'Since '}
      <Instant at={workload.idle_since} />
      {workload.idle_release_at !== null && (
        <>
          {', released at '}
          <Instant at={workload.idle_release_at} />
          {' unless used'}
        </>
      )}
    </span>
  );
}
