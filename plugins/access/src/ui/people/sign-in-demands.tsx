import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import { ConfirmDialog, KeyValueList, Panel, Select, showToast, Stack, Switch } from '@portico/ui';
import { useState } from 'react';
import type { Organization } from './organization-page';
import { organizationPage } from './people-pages';
import './people.css';

const ANY = 'any';

interface Change {
  title: string;
  impact: readonly string[];
  confirmLabel: string;
  body: { requires_second_factor: boolean } | { required_provider: string | null };
  said: string;
}

/** What the organization asks of a sign-in before it opens. Each change says whom it keeps out before it is made. */
export function SignInDemands({ organization, mayManage }: { organization: Organization; mayManage: boolean }) {
  const options = useOperation(organizationPage, 'getSignInOptions', {});
  const [change, setChange] = useState<Change | null>(null);
  const providers = options.data?.providers ?? [];
  const required = organization.required_provider;
  const providerName = (id: string | null) =>
    id === null ? 'Any way' : (providers.find(provider => provider.id === id)?.label ?? id);

  if (!mayManage)
    return (
      <Panel title="Signing in">
        <KeyValueList
          columns={2}
          items={[
            { label: 'Second factor', value: organization.requires_second_factor ? 'Required' : 'Not required' },
            { label: 'Identity provider', value: providerName(required) },
          ]}
        />
      </Panel>
    );

  const askForFactor = (isWanted: boolean) =>
    setChange({
      title: isWanted ? 'Require a second factor?' : 'No longer require a second factor?',
      impact: isWanted
        ? [
            'Members who signed in without one see nothing of the organization from their next click on, until they set one up or sign in with it.',
            'Who signs in through an identity provider is taken to have had its factors.',
            'API keys and service accounts go on working.',
          ]
        : ['A password alone opens the organization again.'],
      confirmLabel: isWanted ? 'Require it' : 'Stop requiring it',
      body: { requires_second_factor: isWanted },
      said: isWanted ? 'A second factor is required from now on.' : 'A second factor is no longer required.',
    });
  const askForProvider = (chosen: string) => {
    const id = chosen === ANY ? null : chosen;
    if (id === required) return;
    setChange({
      title: id === null ? 'Let members sign in any way?' : `Require signing in through ${providerName(id)}?`,
      impact:
        id === null
          ? ['Members may sign in with a password or any provider again.']
          : [
              `Members who signed in another way see nothing of the organization from their next click on, until they sign in through ${providerName(id)}.`,
              'API keys and service accounts go on working.',
            ],
      confirmLabel: id === null ? 'Let them' : 'Require it',
      body: { required_provider: id },
      said: id === null ? 'Members may sign in any way.' : `Members sign in through ${providerName(id)} from now on.`,
    });
  };
  return (
    <Panel title="Signing in" description="What the organization asks of a sign-in before it opens to a member.">
      <Stack>
        <Switch
          label="Require a second factor"
          description="An app that shows codes, or a passkey, beside the password."
          isSelected={organization.requires_second_factor}
          onChange={askForFactor}
        />
        {providers.length > 0 || required !== null ? (
          <div className="people-fields">
            <Select
              label="Members sign in"
              value={required ?? ANY}
              onChange={askForProvider}
              options={[
                { value: ANY, label: 'Any way' },
                ...providers.map(provider => ({ value: provider.id, label: `Through ${provider.label} only` })),
              ]}
            />
          </div>
        ) : (
          <p className="person-note">
            No identity provider is set up on this portal, so members sign in with a user name and a password. Whoever
            runs the portal can add one.
          </p>
        )}
      </Stack>
      <DemandDialog change={change} onClose={() => setChange(null)} />
    </Panel>
  );
}

function DemandDialog({ change, onClose }: { change: Change | null; onClose: () => void }) {
  const update = useAction(organizationPage, 'updateOrganization', { invalidates: ['getOrganization', 'getMe'] });
  return (
    <ConfirmDialog
      isOpen={change !== null}
      onClose={() => {
        update.reset();
        onClose();
      }}
      level="simple"
      tone="neutral"
      title={change?.title ?? ''}
      impact={change?.impact ?? []}
      confirmLabel={change?.confirmLabel ?? 'Change'}
      cancelLabel="Cancel"
      error={update.error?.message ?? null}
      isPending={update.isPending}
      onConfirm={async () => {
        if (change === null) return;
        await update.mutateAsync({ body: change.body });
        showToast({ tone: 'success', title: change.said });
        onClose();
      }}
    >
      {change !== null && (
        <EquivalentCall page={organizationPage} name="updateOrganization" args={{ body: change.body }} />
      )}
    </ConfirmDialog>
  );
}
