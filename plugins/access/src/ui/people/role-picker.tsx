import { useOperation } from '@portico/plugin-kit/ui';
import { Disclosure, RadioCards, Spinner } from '@portico/ui';
import { teamPage } from './people-pages';
import { roleName, roleSentence } from './role-words';
import type { HeldIn } from './role-words';

interface RolePickerProps {
  label: string;
  offered: readonly string[];
  heldIn: HeldIn;
  value: string | null;
  onChange: (role: string) => void;
  error?: string | null;
}

/** Each role with what it is for, and one press away all that the chosen one may do. */
export function RolePicker({ label, offered, heldIn, value, onChange, error }: RolePickerProps) {
  return (
    <div className="pt-stack pt-gap-tight">
      <RadioCards
        label={label}
        minWidth="large"
        value={value}
        onChange={onChange}
        error={error ?? null}
        options={offered.map(role => ({
          value: role,
          title: roleName(role),
          description: roleSentence(role, heldIn),
        }))}
      />
      {value !== null && (
        <Disclosure summary={`All that the role ${roleName(value)} may`}>
          <RolePermissions role={value} heldIn={heldIn} />
        </Disclosure>
      )}
    </div>
  );
}

function RolePermissions({ role, heldIn }: { role: string; heldIn: HeldIn }) {
  const { data } = useOperation(teamPage, 'listPermissions', {});
  if (data === undefined) return <Spinner label="Loading what the role may" />;
  const granted = data.items.filter(item =>
    (heldIn === 'organization' ? item.organization_roles : item.project_roles).includes(role),
  );
  return (
    <ul className="role-permissions">
      {granted.map(item => (
        <li key={item.permission}>{item.sentence}</li>
      ))}
    </ul>
  );
}
