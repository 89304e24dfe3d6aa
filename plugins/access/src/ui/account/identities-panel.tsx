import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  ConfirmDialog,
  DataTable,
  IconButton,
  Inline,
  Instant,
  Panel,
  RelativeTime,
  showToast,
  Stack,
  TrashIcon,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { listIdentities } from '../../contract/oidc-operations';
import { securityPage } from './account-pages';

type Identity = ReplyOf<typeof listIdentities>['items'][number];

/** Identity providers the account can sign in through. Not there where the portal knows none. */
export function IdentitiesPanel() {
  const options = useOperation(securityPage, 'getSignInOptions', {});
  const identities = useOperation(securityPage, 'listIdentities', {});
  const link = useAction(securityPage, 'authorizeIdentity');
  const [leaving, setLeaving] = useState<Identity | null>(null);
  const [isAway, setAway] = useState(false);
  const linked = identities.data?.items ?? [];
  const providers = options.data?.providers ?? [];
  if (linked.length === 0 && providers.length === 0) return null;
  const open = providers.filter(({ id }) => !linked.some(identity => identity.provider.id === id));
  const columns: DataColumn<Identity>[] = [
    { key: 'provider', header: 'Provider', priority: 1, cell: identity => identity.provider.label },
    { key: 'email', header: 'As', priority: 1, cell: identity => identity.email ?? '–' },
    {
      key: 'used',
      header: 'Last used',
      priority: 1,
      isNarrow: true,
      cell: identity => <RelativeTime at={identity.last_used_at} />,
    },
    {
      key: 'created',
      header: 'Linked',
      priority: 2,
      isNarrow: true,
      cell: identity => <Instant at={identity.created_at} />,
    },
    {
      key: 'remove',
      header: '',
      align: 'end',
      priority: 1,
      isNarrow: true,
      cell: identity => (
        <IconButton label={`Remove ${identity.provider.label}`} icon={TrashIcon} onPress={() => setLeaving(identity)} />
      ),
    },
  ];
  const begin = (provider: string) =>
    link.mutate(
      { body: { provider, return_to: '/account/security' } },
      {
        onSuccess: ({ authorization_url }) => {
          setAway(true);
          window.location.assign(authorization_url);
        },
      },
    );
  return (
    <Panel title="Linked identities" description="Sign in through your organization as well as here.">
      <Stack>
        {linked.length > 0 && (
          <DataTable
            label="Linked identities"
            columns={columns}
            rows={linked}
            rowKey={identity => identity.identity_id}
          />
        )}
        {link.error !== null && <Banner tone="failed">{link.error.message}</Banner>}
        {open.length > 0 && (
          <Inline>
            {open.map(({ id, label }) => (
              <Button
                key={id}
                isPending={(link.isPending || isAway) && link.variables?.body.provider === id}
                onPress={() => begin(id)}
              >
                {`Link ${label}`}
              </Button>
            ))}
          </Inline>
        )}
      </Stack>
      {leaving !== null && <Unlink identity={leaving} onClose={() => setLeaving(null)} />}
    </Panel>
  );
}

function Unlink({ identity, onClose }: { identity: Identity; onClose: () => void }) {
  const unlink = useAction(securityPage, 'unlinkIdentity', { invalidates: ['listIdentities'] });
  const args = { params: { identity_id: identity.identity_id } };
  const { label } = identity.provider;
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Remove ${label}?`}
      impact={[
        `Signing in through ${label} no longer opens this account.`,
        'Sessions that were opened through it stay.',
      ]}
      confirmLabel="Remove"
      isPending={unlink.isPending}
      error={unlink.error?.message ?? null}
      onConfirm={() =>
        unlink.mutateAsync(args).then(() => {
          onClose();
          showToast({ tone: 'success', title: `${label} was removed.` });
        })
      }
    >
      <EquivalentCall page={securityPage} name="unlinkIdentity" args={args} />
    </ConfirmDialog>
  );
}
