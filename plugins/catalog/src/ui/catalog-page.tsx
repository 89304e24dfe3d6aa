import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Bytes,
  Card,
  CardGrid,
  CpuIcon,
  KeyValueList,
  LinkButton,
  MissingPermission,
  PageHeader,
  PageState,
  Rate,
  StateChip,
} from '@portico/ui';
import { workloadPermissions } from '@portico/plugin-workloads/contract';
import { catalogPage } from './pages';
import { capacityText, countsText, shapeName, unavailableBecause } from './sku';
import type { Sku } from './sku';
import { TopologyMap } from './topology-map';
import './catalog-page.css';

/** Capacity changes with everybody's launches, which are nobody else's events. */
const CAPACITY_REFETCH_MILLISECONDS = 15_000;
/** As many SKUs as one page of the list holds; a catalogue is read at a glance. */
const SKUS_MAX = 200;
const LAUNCH = 'workloads.allocation.launch';

const availability = {
  available: { tone: 'running', label: 'Available' },
  limited: { tone: 'degraded', label: 'Limited' },
  sold_out: { tone: 'muted', label: 'Unavailable' },
} as const;

/** What can be launched, at what price, and how much of it is free. */
export function CatalogPage() {
  const mayLaunch = useSignedIn().permissions.has(LAUNCH);
  const skus = useOperation(
    catalogPage,
    'listSkus',
    { query: { limit: SKUS_MAX } },
    { refetchMilliseconds: CAPACITY_REFETCH_MILLISECONDS },
  );
  const state = renderingOf(skus, {
    layout: 'cards',
    empty: skus.data?.items.length === 0 && {
      icon: CpuIcon,
      title: 'The catalog is empty',
      description: 'An administrator of the platform has not offered any hardware yet.',
    },
  });
  return (
    <>
      <PageHeader title="Catalog" description="Hardware you can launch now, with its price and what is free.">
        {!mayLaunch && <MissingPermission permission={LAUNCH} sentence={workloadPermissions[LAUNCH]} />}
      </PageHeader>
      <PageState state={state}>
        <CardGrid label="Hardware" minWidth="large">
          {skus.data?.items.map(sku => (
            <SkuCard key={sku.sku_id} sku={sku} />
          ))}
        </CardGrid>
      </PageState>
    </>
  );
}

function SkuCard({ sku }: { sku: Sku }) {
  const mayLaunch = useSignedIn().permissions.has(LAUNCH);
  const hasGpus = sku.total_gpus > 0;
  const topology = useOperation(
    catalogPage,
    'getFleetTopology',
    { query: { gpu_model: sku.gpu_model } },
    { enabled: hasGpus, refetchMilliseconds: CAPACITY_REFETCH_MILLISECONDS },
  );
  const reason = unavailableBecause(sku);
  const look = reason === null ? availability[sku.availability] : availability.sold_out;
  return (
    <Card
      title={sku.name}
      subtitle={`${sku.gpu_model} · ${shapeName(sku)}`}
      aside={<StateChip tone={look.tone} label={look.label} />}
      isMuted={reason !== null}
      footer={
        reason === null ? (
          mayLaunch && (
            <LinkButton to={`/launch?sku=${encodeURIComponent(sku.sku_id)}&step=capacity`} variant="primary">
              {`Launch ${sku.name}`}
            </LinkButton>
          )
        ) : (
          <span>{reason}</span>
        )
      }
    >
      <p className="sku-price">
        <Rate value={sku.price_per_gpu_hour} />
        <span>per GPU</span>
      </p>
      <KeyValueList
        items={[
          { label: 'Sizes', value: countsText(sku) },
          {
            label: 'With each GPU',
            value: (
              <>
                {`${sku.vcpus_per_gpu} vCPU · `}
                <Bytes value={sku.memory_bytes_per_gpu} />
                {' memory'}
              </>
            ),
          },
        ]}
      />
      {hasGpus && (
        <div className="sku-capacity">
          <span className="pt-numeric">{capacityText(sku)}</span>
          {topology.data !== undefined && <TopologyMap topology={topology.data} variant="compact" />}
        </div>
      )}
    </Card>
  );
}
