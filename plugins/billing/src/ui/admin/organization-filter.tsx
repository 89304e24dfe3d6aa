import { TextField } from '@portico/ui';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';

const ID_LENGTH_MAX = 64;

/** By id, pasted from wherever it stands; takes effect when it is entered. */
export function OrganizationFilter({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (organizationId: string | null) => void;
}) {
  const [typed, setTyped] = useState(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  const apply = () => {
    const id = typed.trim();
    if (id !== (value ?? '')) onChange(id === '' ? null : id);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply();
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField
        label="Organization"
        isLabelHidden
        placeholder="Organization id"
        value={typed}
        onChange={setTyped}
        onBlur={apply}
        maxLength={ID_LENGTH_MAX}
        autoComplete="off"
        isMonospace
      />
    </form>
  );
}
