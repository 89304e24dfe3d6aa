import { useEffect, useState } from 'react';
import { formatBytes } from './bytes';
import { classNames } from './class-names';
import { formatMoney, type MoneyAmount, type MoneyFormat } from './money';
import { formatDuration, formatInstant, formatRelative, relativeTickSeconds } from './time';

export interface MoneyProps extends MoneyFormat {
  value: MoneyAmount | null | undefined;
}

/** An amount in tabular monospace figures; the exact micro-units are in its title. */
export function Money({ value, ...format }: MoneyProps) {
  if (!value) return <span className="pt-money">–</span>;
  const isNegative = value.amount.startsWith('-');
  return (
    <data className={classNames('pt-money', isNegative && 'pt-negative')} value={value.amount} title={exact(value)}>
      {formatMoney(value, format)}
    </data>
  );
}

function exact(value: MoneyAmount): string {
  return `${formatMoney(value, { fractionDigits: value.scale })} exactly`;
}

/** A price per hour: `$2.49/h`. */
export function Rate({ value, per = 'hour', ...format }: MoneyProps) {
  return <Money value={value} per={per} {...format} />;
}

export interface TimeProps {
  /** RFC 3339; null shows a dash. */
  at: string | null | undefined;
}

/** `3 min ago`, ticking by itself, with the full instant in its title. */
export function RelativeTime({ at }: TimeProps) {
  const [now, setNow] = useState(() => new Date());
  const instant = at ? new Date(at) : null;
  const tickSeconds = instant ? relativeTickSeconds(instant, now) : null;
  useEffect(() => {
    if (tickSeconds === null) return;
    const timer = setInterval(() => setNow(new Date()), tickSeconds * 1000);
    return () => clearInterval(timer);
  }, [tickSeconds]);
  if (!at || !instant) return <span>–</span>;
  return (
    <time dateTime={at} title={formatInstant(instant)} className="pt-time">
      {formatRelative(instant, now)}
    </time>
  );
}

/** The calendar instant in the reader's zone, with UTC in its title. */
export function Instant({ at, withSeconds = false }: TimeProps & { withSeconds?: boolean }) {
  if (!at) return <span>–</span>;
  return (
    <time dateTime={at} title={at} className="pt-time">
      {formatInstant(new Date(at), { seconds: withSeconds })}
    </time>
  );
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  if (seconds === null || seconds === undefined) return <span>–</span>;
  return (
    <time dateTime={`PT${Math.max(0, Math.floor(seconds))}S`} className="pt-time">
      {formatDuration(seconds)}
    </time>
  );
}

export function Bytes({ value }: { value: number | null | undefined }) {
  if (value === null || value === undefined) return <span>–</span>;
  return (
    <data value={value} title={`${value} bytes`} className="pt-numeric">
      {formatBytes(value)}
    </data>
  );
}

/** An id in monospace; long ones are cut in the middle of the page, never of the clipboard. */
export function Id({ value }: { value: string }) {
  return (
    <code className="pt-id" translate="no">
      {value}
    </code>
  );
}
