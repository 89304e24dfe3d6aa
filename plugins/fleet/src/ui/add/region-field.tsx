import { useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { TextField } from '@portico/ui';
import { addNodePage } from '../pages';

/** Characters of a region's name. */
const REGION_LENGTH_MAX = 32;

interface RegionFieldProps {
  id: string;
  value: string;
  onChange: (region: string) => void;
  error: string | null;
}

/** A region is there because a node is in it, so any may be typed. Pages that use this declare `listRegions`. */
export function RegionField({ id, value, onChange, error }: RegionFieldProps) {
  const mayRead = useSignedIn().permissions.has('catalog.sku.read');
  const regions = useOperation(addNodePage, 'listRegions', {}, { enabled: mayRead });
  const known = regions.data?.items.map(({ region }) => region) ?? [];
  return (
    <TextField
      id={id}
      label="Region"
      description={known.length === 0 ? 'Where it stands.' : `Where it stands. There are: ${known.join(', ')}.`}
      value={value}
      onChange={onChange}
      maxLength={REGION_LENGTH_MAX}
      autoComplete="off"
      isMonospace
      error={error}
    />
  );
}
