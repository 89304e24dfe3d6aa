import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Panel, showToast, Stack, TextField } from '@portico/ui';
import { useState } from 'react';
import type { FormEvent } from 'react';
import {
  ORGANIZATION_SLUG_LENGTH_MAX,
  ORGANIZATION_SLUG_LENGTH_MIN,
  ORGANIZATION_SLUG_PATTERN,
} from '../../contract/limits';
import type { Organization } from './organization-page';
import { organizationPage } from './people-pages';
import './people.css';

const NAME_LENGTH_MAX = 80;
const SLUG_LENGTH_MAX = 40;

/** How it is called, and what people type to find its way to sign in. */
export function OrganizationNames({ organization }: { organization: Organization }) {
  const update = useAction(organizationPage, 'updateOrganization', { invalidates: ['getOrganization', 'getMe'] });
  const [name, setName] = useState(organization.name);
  const [slug, setSlug] = useState(organization.slug ?? '');
  const [wasTried, setTried] = useState(false);
  const body = {
    ...(name.trim() === organization.name ? {} : { name: name.trim() }),
    ...(slug.trim() === (organization.slug ?? '') ? {} : { slug: slug.trim() === '' ? null : slug.trim() }),
  };
  const isChanged = Object.keys(body).length > 0;
  const nameError = name.trim() === '' ? 'The organization needs a name.' : null;
  const slugError =
    slug.trim() !== '' && !isSlug(slug.trim())
      ? 'Use 3 to 40 lower-case letters, digits and single hyphens, such as acme-labs.'
      : null;
  const isSlugRefused = update.error?.code.startsWith('organization_slug_') ?? false;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameError !== null || slugError !== null || !isChanged || update.isPending) return;
    update.mutate(
      { body },
      { onSuccess: saved => showToast({ tone: 'success', title: `Saved. It is called ${saved.name}.` }) },
    );
  };
  return (
    <Panel title="Name">
      <form onSubmit={submit} noValidate aria-label="Name of the organization">
        <Stack>
          <div className="people-fields">
            <TextField
              label="Name"
              description="How everybody sees it."
              value={name}
              onChange={next => {
                setName(next);
                update.reset();
              }}
              maxLength={NAME_LENGTH_MAX}
              autoComplete="organization"
              error={wasTried ? nameError : null}
            />
            <TextField
              label="Short name"
              description="Typed at the sign-in page to find your way in. May be empty."
              value={slug}
              onChange={next => {
                setSlug(next);
                update.reset();
              }}
              maxLength={SLUG_LENGTH_MAX}
              autoComplete="off"
              isMonospace
              error={isSlugRefused ? (update.error?.message ?? null) : wasTried ? slugError : null}
            />
          </div>
          {isChanged && <EquivalentCall page={organizationPage} name="updateOrganization" args={{ body }} />}
          {update.error !== null && !isSlugRefused && <Banner tone="failed">{update.error.message}</Banner>}
          <div>
            <Button type="submit" variant={isChanged ? 'primary' : 'secondary'} isPending={update.isPending}>
              Save
            </Button>
            {wasTried && !isChanged && !update.isPending && (
              <span className="person-note" role="status">
                {' '}
                Nothing was changed.
              </span>
            )}
          </div>
        </Stack>
      </form>
    </Panel>
  );
}

function isSlug(text: string): boolean {
  const { length } = text;
  return (
    length >= ORGANIZATION_SLUG_LENGTH_MIN &&
    length <= ORGANIZATION_SLUG_LENGTH_MAX &&
    new RegExp(ORGANIZATION_SLUG_PATTERN).test(text)
  );
}
