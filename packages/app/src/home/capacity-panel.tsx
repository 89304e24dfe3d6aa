import { TopologyMap } from '@portico/plugin-catalog/ui';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useOperation } from '@portico/plugin-kit/ui';
import { LinkButton, Panel, Rate, Stack } from '@portico/ui';
import { home } from './home-definition';

type Sku = ReplyOf<typeof home.operations.listSkus>['items'][number];

/** Capacity changes with everybody's launches, which are nobody else's events. */
const REFETCH_MILLISECONDS = 15_000;
/** What fits beside the workloads; the catalog has the rest. */
const MODELS_MAX = 3;

interface Model {
  name: string;
  free: number;
  total: number;
  price: NonNullable<Sku['price_per_gpu_hour']> | null;
}

/** Hardware by GPU model, with the lowest price that is asked for one of its GPUs. */
function modelsOf(skus: readonly Sku[]): Model[] {
  const models = new Map<string, Model>();
  for (const { gpu_model: name, free_gpus: free, total_gpus: total, price_per_gpu_hour: price } of skus) {
    if (total === 0) continue;
    const known = models.get(name) ?? { name, free: 0, total: 0, price: null };
    const isCheaper = price !== null && (known.price === null || BigInt(price.amount) < BigInt(known.price.amount));
    models.set(name, {
      name,
      free: Math.max(known.free, free),
      total: Math.max(known.total, total),
      price: isCheaper ? price : known.price,
    });
  }
  return [...models.values()];
}

/** What could be launched this moment. It stands beside what runs, and is silent when it cannot be told. */
export function CapacityPanel({ skus }: { skus: readonly Sku[] }) {
  const models = modelsOf(skus);
  if (models.length === 0) return null;
  return (
    <Panel
      title="Capacity now"
      actions={
        <LinkButton to="/infra/catalog" size="small" variant="quiet">
          Catalog
        </LinkButton>
      }
    >
      <Stack gap="loose">
        {models.slice(0, MODELS_MAX).map(model => (
          <ModelCapacity key={model.name} model={model} />
        ))}
      </Stack>
    </Panel>
  );
}

function ModelCapacity({ model }: { model: Model }) {
  const topology = useOperation(
    home,
    'getFleetTopology',
    { query: { gpu_model: model.name } },
    { refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  return (
    <div className="home-model">
      <div className="home-model-line">
        <strong>{model.name}</strong>
        <span className="pt-numeric">{`${model.free} of ${model.total} free`}</span>
        <span className="home-model-price">
          {'from '}
          <Rate value={model.price} />
        </span>
      </div>
      {topology.data !== undefined && <TopologyMap topology={topology.data} variant="compact" />}
    </div>
  );
}
