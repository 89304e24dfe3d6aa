import { lazy, Suspense, type ReactNode } from 'react';
import { Skeleton } from './loading';

const StackedBarsFigure = /* @__PURE__ */ lazy(() => import('./chart/stacked-bars-figure'));

export interface BarBucket {
  key: string;
  /** `20 Nov 2026`: in the table and under the pointer. */
  label: string;
  /** `20 Nov`: below the bars. */
  shortLabel?: string;
}

export interface BarSeries {
  id: string;
  label: string;
  /** One per bucket, exact: money in micro-units. */
  values: readonly bigint[];
}

export interface StackedBarsProps {
  title: string;
  /** Ascending. */
  buckets: readonly BarBucket[];
  series: readonly BarSeries[];
  formatValue: (value: bigint) => string;
  /** For the lines of the scale, which are multiples of `step`: as many decimals as tell them apart. */
  formatLine?: (value: bigint, step: bigint) => string;
  heightPx?: number;
  /** "so far", shown beside the title. */
  note?: string;
  /** Controls beside the title: what to group by. */
  tools?: ReactNode;
}

/** What came together in each period, stacked by what it is made of. Its code is loaded where it is shown. */
export function StackedBars(props: StackedBarsProps) {
  return (
    <Suspense fallback={<Skeleton shape="block" />}>
      <StackedBarsFigure {...props} />
    </Suspense>
  );
}
