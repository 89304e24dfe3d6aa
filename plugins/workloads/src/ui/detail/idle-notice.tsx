import { useEffect, useState } from 'react';
import { Banner, formatDuration, Instant } from '@portico/ui';
import { IDLE_WARNING_SECONDS } from '../../contract/limits';
import type { DetailedWorkload } from '../workload-words';

const CLOCK_MILLISECONDS = 1_000;

/** That nobody uses it and that this ends it soon. Long before, the facts say it quietly. */
export function IdleNotice({ workload }: { workload: DetailedWorkload }) {
  const { idle_since: idleSince, idle_release_at: releaseAt } = workload;
  const [now, setNow] = useState(() => Date.now());
  const isIdle = idleSince !== null && releaseAt !== null;
  useEffect(() => {
    if (!isIdle) return undefined;
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isIdle]);
  if (!isIdle || Date.parse(releaseAt) - now > IDLE_WARNING_SECONDS * 1000) return null;
  return (
    <Banner tone="warning" title={`Idle for ${formatDuration(Math.max(0, (now - Date.parse(idleSince)) / 1000))}`}>
      {'It will be released at '}
      <Instant at={releaseAt} withSeconds />
      {' unless it is used: type in its terminal, connect by SSH, or let it compute.'}
    </Banner>
  );
}
