import type { Workload } from '@portico/plugin-workloads/ui';
import { LinkButton, Panel, Rate, RelativeTime, StatusChip } from '@portico/ui';
import { Link } from 'react-router-dom';

/** The newest few, one line each; what needs more is a list of its own. */
export function RecentWorkloads({
  workloads,
  hardware,
}: {
  workloads: readonly Workload[];
  hardware: (workload: Workload) => string;
}) {
  return (
    <Panel
      title="Recent workloads"
      isFlush
      actions={
        <LinkButton to="/workloads" size="small" variant="quiet">
          All workloads
        </LinkButton>
      }
    >
      <ul className="home-recent" aria-label="Recent workloads">
        {workloads.map(workload => (
          <li key={workload.allocation_id}>
            <Link to={`/workloads/${workload.allocation_id}`}>{workload.name}</Link>
            <StatusChip family="allocation" status={workload.display_status} />
            <span className="home-recent-what">{hardware(workload)}</span>
            <Rate value={workload.price_per_hour} />
            <RelativeTime at={workload.created_at} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
