import { METRICS_LOOKUP_MS, METRICS_REPLY_BYTES_MAX } from './limits';
import type { GpuLoad } from './measurement';

const MiB = 1024 * 1024;

export interface PrometheusSettings {
  readonly url: string;
  readonly queries: {
    readonly uuidLabel: string;
    readonly utilizationPercent: string;
    readonly memoryUsedMib: string;
    readonly memoryTotalMib: string;
    readonly temperatureCelsius: string;
    readonly powerWatts: string;
  };
}

/**
 * The load of GPUs by a Prometheus server of the operator's. Its address and all that is asked stand in the configuration; the one thing filled in are uuids of GPUs that allocations hold, as an anchored
 * regular expression, and what the answer says of others is dropped. So nobody sees more of it than of their own.
 */
export class PrometheusGpus {
  constructor(private readonly settings: PrometheusSettings) {}

  /** Of those it knows. `known` is what the node said, for names and for what is not asked here. */
  async loads(uuids: readonly string[], known: readonly GpuLoad[]): Promise<GpuLoad[]> {
    if (uuids.length === 0) return [...known];
    const { queries } = this.settings;
    const [utilization, used, total, temperature, power] = await Promise.all(
      [
        queries.utilizationPercent,
        queries.memoryUsedMib,
        queries.memoryTotalMib,
        queries.temperatureCelsius,
        queries.powerWatts,
      ].map(query => this.#ask(query, uuids)),
    );
    const told = uuids.flatMap(uuid => {
      const utilizationPercent = utilization?.get(uuid);
      if (utilizationPercent === undefined) return [];
      const before = known.find(load => load.uuid === uuid);
      return [
        {
          index: before?.index ?? null,
          uuid,
          model: before?.model ?? '',
          utilizationPercent,
          memoryBytesUsed: (used?.get(uuid) ?? 0) * MiB,
          memoryBytesTotal: (total?.get(uuid) ?? 0) * MiB,
          temperatureCelsius: temperature?.get(uuid) ?? 0,
          powerWatts: power?.get(uuid) ?? 0,
        },
      ];
    });
    return [...told, ...known.filter(load => !told.some(({ uuid }) => uuid === load.uuid))];
  }

  /** An instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries): a value for each uuid. */
  async #ask(query: string, uuids: readonly string[]): Promise<Map<string, number>> {
    const asked = query.replaceAll('$uuids', () => uuids.map(escaped).join('|'));
    const response = await fetch(`${this.settings.url.replace(/\/+$/, '')}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: asked }),
      redirect: 'error',
      signal: AbortSignal.timeout(METRICS_LOOKUP_MS),
    });
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > METRICS_REPLY_BYTES_MAX) {
      await response.body?.cancel();
      throw new Error(`Prometheus answered with status ${response.status}`);
    }
    const values = new Map<string, number>();
    for (const { metric, value } of seriesOf(await response.json())) {
      const uuid = metric[this.settings.queries.uuidLabel];
      const figure = Number(value[1]);
      if (uuid !== undefined && uuids.includes(uuid) && Number.isFinite(figure)) values.set(uuid, figure);
    }
    return values;
  }
}

/** Within a string of PromQL, whose backslashes count themselves. */
function escaped(uuid: string): string {
  return uuid.replaceAll(/[^A-Za-z0-9-]/g, character => `\\\\${character}`);
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function seriesOf(reply: unknown): readonly Series[] {
  const { status, data } = reply as { status?: unknown; data?: { resultType?: unknown; result?: unknown } };
  if (status !== 'success' || data?.resultType !== 'vector' || !Array.isArray(data.result))
    throw new Error('Prometheus answered with no vector');
  return data.result as Series[];
}
