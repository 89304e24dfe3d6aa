import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Disclosure, Rate, Spinner } from '@portico/ui';
import { Link } from 'react-router-dom';
import { readPolicyValue } from '../../contract/policy-values';
import type { CatalogNames, Policy, PolicyPreview } from './policy-words';
import { levelInWords, valueInWords } from './policy-words';

/** Whom a value would affect, before it is saved. */
export function PolicyImpact(props: {
  policy: Policy;
  names: CatalogNames;
  preview: { readonly data: PolicyPreview | undefined; readonly error: ApiError | null; readonly isPending: boolean };
  /** Whether the allocations named can be opened from here. */
  linksWorkloads: boolean;
}) {
  const { policy, names, preview, linksWorkloads } = props;
  if (preview.error !== null) return <Banner tone="failed">{refusalInWords(policy, preview.error, names)}</Banner>;
  if (preview.data === undefined) return preview.isPending ? <Spinner label="Looking whom this affects" /> : null;
  const { data } = preview;
  const unchanged = JSON.stringify(data.before) === JSON.stringify(data.after);
  return (
    <Banner
      tone={data.beyond > 0 ? 'warning' : 'info'}
      title={policy.policy === 'trial_credit' ? 'Reaches new organizations' : reachInWords(data)}
    >
      <p>
        {unchanged
          ? `${valueInWords(policy, data.after, names)} applies there already.`
          : `What applies there goes from “${valueInWords(policy, data.before, names)}” to “${valueInWords(policy, data.after, names)}”.`}{' '}
        {runningInWords(policy, data)}
      </p>
      {data.beyond_items.length > 0 && (
        <Disclosure summary={`${data.beyond} beyond it`}>
          <ul className="policy-beyond">
            {data.beyond_items.map(one => (
              <li key={one.allocation_id}>
                {linksWorkloads ? <Link to={`/workloads/${one.allocation_id}`}>{one.name}</Link> : one.name}{' '}
                <Rate value={one.price_per_hour} />
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </Banner>
  );
}

function reachInWords({ organizations, projects, members }: PolicyPreview): string {
  const counted = [counts(projects, 'project'), counts(members, 'person', 'people')];
  return `Reaches ${[...(organizations === 1 ? [] : [counts(organizations, 'organization')]), ...counted].join(', ')}`;
}

function runningInWords({ policy }: Policy, { running, beyond }: PolicyPreview): string {
  if (policy === 'terminal_session_seconds')
    return 'It counts at once for connections that are open: those that have lasted longer close within seconds.';
  if (policy === 'terminal_recording') return 'It counts for connections that are opened from now on.';
  if (policy === 'mfa_required') return 'Whoever has none set up is asked to, with their next click.';
  if (policy === 'trial_credit') return 'It counts for those who sign up from now on.';
  if (running === 0) return 'Nothing of theirs runs now.';
  if (policy === 'idle_limit_seconds')
    return beyond === 0
      ? 'Nothing that runs now has been idle for so long.'
      : `Of ${running} that run now, ${beyond} ${beyond === 1 ? 'has' : 'have'} been idle for longer: released five minutes after a warning, unless used.`;
  if (beyond === 0) return `All ${running} that run now are within it.`;
  return `Of ${running} that run now, ${beyond} would not be launched any more. They go on running.`;
}

function counts(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The refusal of a value; of one that loosens, what it has to stay within. */
export function refusalInWords(policy: Policy, error: ApiError, names: CatalogNames): string {
  if (error.code !== 'policy_loosens') return error.message;
  const { allowed, level } = error.details ?? {};
  const value = readPolicyValue(policy.kind, allowed);
  if (value === undefined) return error.message;
  const where = levelInWords(level as Policy['source']['level']).toLowerCase();
  return `Only what tightens the value further out can be set here: ${valueInWords(policy, value, names)} (${where}).`;
}
