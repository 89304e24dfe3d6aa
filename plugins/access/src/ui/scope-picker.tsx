import { useEffect, useState } from 'react';
import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, CheckboxGroup, Id, Inline, SearchField, Spinner } from '@portico/ui';
import { apiKeysPage } from './pages';

/** What a key may do: of all that its maker may. */
export function ScopePicker(props: {
  value: readonly string[];
  onChange: (scopes: readonly string[]) => void;
  /** Then only what can be held in one project. */
  isForProject: boolean;
  /** Then only what this role in a project holds. */
  role?: string;
  error: string | null;
}) {
  const { value, onChange, isForProject, role, error } = props;
  const { permissions: held } = useSignedIn();
  const { data, error: failure, refetch } = useOperation(apiKeysPage, 'listPermissions', {});
  const [search, setSearch] = useState('');
  const offered = (data?.items ?? []).filter(
    item =>
      held.has(item.permission) &&
      (item.within_project || !isForProject) &&
      (role === undefined || item.project_roles.includes(role)),
  );
  const words = search.toLowerCase().split(/\s+/);
  const shown = offered.filter(item => {
    const text = `${item.permission} ${item.sentence}`.toLowerCase();
    return words.every(word => text.includes(word));
  });

  // What can no longer be held is no longer asked for.
  const kept = data === undefined ? value : value.filter(scope => offered.some(item => item.permission === scope));
  const dropped = kept.length < value.length;
  useEffect(() => {
    if (dropped) onChange(kept);
  });

  if (failure !== null && data === undefined)
    return (
      <Banner tone="failed" actions={<Button onPress={() => void refetch()}>Try again</Button>}>
        The permissions could not be loaded: {failure.message}
      </Banner>
    );
  if (data === undefined) return <Spinner label="Loading permissions" />;
  const names = shown.map(item => item.permission);
  return (
    <div className="api-key-scopes">
      <SearchField label="Search permissions" placeholder="Search permissions" value={search} onChange={setSearch} />
      <Inline gap="tight">
        <span aria-live="polite">
          {value.length} of {offered.length} chosen
        </span>
        <Button variant="quiet" size="small" onPress={() => onChange([...new Set([...value, ...names])])}>
          {search === '' ? 'Choose all' : 'Choose all shown'}
        </Button>
        <Button variant="quiet" size="small" onPress={() => onChange([])} isDisabled={value.length === 0}>
          Clear
        </Button>
      </Inline>
      <div className="api-key-scope-list">
        <CheckboxGroup
          label="The key may"
          error={error}
          options={shown.map(item => ({
            value: item.permission,
            label: item.sentence,
            description: <Id value={item.permission} />,
          }))}
          value={value}
          onChange={onChange}
        />
        {shown.length === 0 && <p>Nothing you may do is called that.</p>}
      </div>
    </div>
  );
}
