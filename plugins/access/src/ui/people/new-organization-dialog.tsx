import { EquivalentCall, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, showToast, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useKeyOf } from '../use-key-of';
import { newOrganizationDialog } from './people-pages';

const NAME_LENGTH_MAX = 80;

/** A further organization of one’s own; the tab then works in it. */
export default function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const { selectProject } = useSignedIn();
  const create = useAction(newOrganizationDialog, 'createOrganization');
  const currencies = useOperation(newOrganizationDialog, 'listCurrencies', {}).data?.items ?? [];
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [wasTried, setTried] = useState(false);
  const [isGoing, setGoing] = useState(false);
  const form = useId();
  const currency = chosen ?? currencies[0]?.currency ?? '';
  const body = { name: name.trim(), ...(chosen === null ? {} : { currency: chosen }) };
  const idempotencyKey = useKeyOf(JSON.stringify(body));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (body.name === '' || create.isPending || isGoing) return;
    create.mutate(
      { body, idempotencyKey },
      {
        onSuccess: async ({ organization, default_project }) => {
          setGoing(true);
          await selectProject(default_project.project_id);
          showToast({
            tone: 'success',
            title: `${organization.name} was created.`,
            description: 'You are its owner, and this tab works in it now.',
            action: { label: 'Invite people', to: '/access/team' },
          });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="New organization"
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={create.isPending || isGoing}>
            Create organization
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p>
            An organization has its own people, projects and money. You become its owner; what you have elsewhere stays
            where it is.
          </p>
          <TextField
            label="Name"
            description="Your company, your team, your lab. It can be changed later."
            value={name}
            onChange={next => {
              setName(next);
              create.reset();
            }}
            maxLength={NAME_LENGTH_MAX}
            autoComplete="organization"
            autoFocus
            error={wasTried && body.name === '' ? 'Give the organization a name.' : null}
          />
          {currencies.length > 1 && (
            <Select
              label="Currency"
              description="What its account is kept in. It can be changed until there is an amount in it."
              value={currency}
              onChange={setChosen}
              options={currencies.map(one => ({ value: one.currency, label: one.currency }))}
            />
          )}
          <EquivalentCall
            page={newOrganizationDialog}
            name="createOrganization"
            args={{ body }}
            idempotencyKey={idempotencyKey}
          />
          {create.error !== null && <Banner tone="failed">{create.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
