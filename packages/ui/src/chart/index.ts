/** Loaded lazily by the pages that show charts: `lazy(() => import('@portico/ui/chart'))`. */
export { TimeSeries, TimeSeries as default } from './time-series';
export type { ChartEvent, ChartSeries, TimeSeriesProps } from './time-series';
