import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, CheckboxGroup, Dialog, RadioCards, SearchField, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { adminSkuPage } from './catalog-admin-pages';
import type { AdminSkuDetail } from './entry-words';
import { OrganizationName } from './organization-name';

/** Organizations shown to choose from; the search finds the others. */
const ORGANIZATIONS_SHOWN = 8;

/** Who sees it, where it is sold and with which images. Mounted while open. */
export function SkuAudienceDialog({ sku, onClose }: { sku: AdminSkuDetail; onClose: () => void }) {
  const update = useAction(adminSkuPage, 'updateSku', { invalidates: ['getAdminSku', 'listAdminSkus', 'listSkus'] });
  const regions = useOperation(adminSkuPage, 'listRegions', {});
  const images = useOperation(adminSkuPage, 'listOsImages', { query: { limit: 200 } });
  const [isForEveryone, setForEveryone] = useState(sku.organization_ids === null);
  const [organizationIds, setOrganizationIds] = useState<readonly string[]>(sku.organization_ids ?? []);
  const [regionNames, setRegionNames] = useState<readonly string[]>(sku.regions ?? []);
  const [imageIds, setImageIds] = useState<readonly string[]>(sku.image_ids ?? []);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const params = { sku_id: sku.sku_id };
  const body = {
    organization_ids: isForEveryone ? null : [...organizationIds],
    regions: regionNames.length === 0 ? null : [...regionNames],
    image_ids: imageIds.length === 0 ? null : [...imageIds],
  };
  const lacksOrganization = !isForEveryone && organizationIds.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lacksOrganization || update.isPending) return;
    update.mutate(
      { params, body },
      {
        onSuccess: () => {
          showToast({ tone: 'success', title: `${sku.name} is changed.` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Who may launch ${sku.name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <RadioCards<'everyone' | 'some'>
            label="Who sees it"
            minWidth="small"
            value={isForEveryone ? 'everyone' : 'some'}
            onChange={chosen => setForEveryone(chosen === 'everyone')}
            options={[
              { value: 'everyone', title: 'Everyone' },
              { value: 'some', title: 'Some organizations', description: 'For all others it is not there.' },
            ]}
          />
          {!isForEveryone && (
            <OrganizationPicker
              chosen={organizationIds}
              onChange={setOrganizationIds}
              error={wasTried && lacksOrganization ? 'Choose at least one organization.' : null}
            />
          )}
          <CheckboxGroup
            label="Regions"
            description="Wherever there are such GPUs, while none is chosen."
            options={withChosen(
              (regions.data?.items ?? []).map(({ region }) => ({ value: region, label: region })),
              sku.regions,
            )}
            value={regionNames}
            onChange={setRegionNames}
          />
          <CheckboxGroup
            label="Images"
            description="All images, while none is chosen."
            options={withChosen(
              (images.data?.items ?? []).map(image => ({
                value: image.image_id,
                label: `${image.name} ${image.version}`,
              })),
              sku.image_ids,
            )}
            value={imageIds}
            onChange={setImageIds}
          />
          <p>What runs goes on wherever and for whomever it runs.</p>
          <EquivalentCall page={adminSkuPage} name="updateSku" args={{ params, body }} />
          {update.error !== null && <Banner tone="failed">{update.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function OrganizationPicker(props: {
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
  error: string | null;
}) {
  const { chosen, onChange, error } = props;
  const [search, setSearch] = useState('');
  // What was chosen before stays listed, also when it is taken out: it can be put back.
  const [listed, setListed] = useState(chosen);
  const found = useOperation(
    adminSkuPage,
    'listAllOrganizations',
    { query: { limit: ORGANIZATIONS_SHOWN, ...(search === '' ? {} : { q: search }) } },
    { keepPrevious: true },
  );
  const others = (found.data?.items ?? []).filter(one => !listed.includes(one.organization_id));
  const change = (ids: readonly string[]) => {
    setListed([...new Set([...listed, ...ids])]);
    onChange(ids);
  };
  return (
    <Stack>
      <SearchField label="Find an organization" value={search} onChange={setSearch} />
      <CheckboxGroup
        label="Organizations"
        isLabelHidden
        options={[
          ...listed.map(id => ({ value: id, label: <OrganizationName organizationId={id} /> })),
          ...others.map(one => ({ value: one.organization_id, label: one.name })),
        ]}
        value={chosen}
        onChange={change}
        error={error}
      />
    </Stack>
  );
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** What was chosen once and is not there any more can still be taken out. */
function withChosen(options: readonly Option[], chosen: readonly string[] | null): readonly Option[] {
  const known = new Set(options.map(option => option.value));
  return [...options, ...(chosen ?? []).filter(id => !known.has(id)).map(id => ({ value: id, label: id }))];
}
