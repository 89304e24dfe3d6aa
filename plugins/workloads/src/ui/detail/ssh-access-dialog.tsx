import { useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CheckboxGroup,
  Dialog,
  Id,
  LinkButton,
  PageState,
  SegmentedControl,
  showToast,
  Stack,
} from '@portico/ui';
import { workloadPage } from '../pages';
import type { Workload } from '../workload-words';

const FORM = 'ssh-access';
/** As many keys as one page of a list holds; more choices than that are no choice. */
const KEYS_MAX = 200;

/** Which keys log in, changed while it runs; it counts from the next login on. */
export default function SshAccessDialog({ workload, onClose }: { workload: Workload; onClose: () => void }) {
  const params = { allocation_id: workload.allocation_id };
  const current = useOperation(workloadPage, 'getAllocationSshKeys', { params });
  const keys = useOperation(workloadPage, 'listSshKeys', { query: { limit: KEYS_MAX } });
  const save = useAction(workloadPage, 'setAllocationSshKeys', {
    invalidates: ['getAllocationSshKeys', 'getAllocation'],
  });
  // Undefined until something is chosen here: what the server says is shown until then.
  const [chosenReach, setReach] = useState<'all' | 'some' | undefined>(undefined);
  const [chosen, setChosen] = useState<readonly string[] | undefined>(undefined);
  const items = keys.data?.items ?? [];
  const reach = chosenReach ?? (current.data?.ssh_key_ids === null ? 'all' : 'some');
  const value = chosen ?? current.data?.ssh_key_ids ?? items.map(key => key.key_id);
  const body = { ssh_key_ids: reach === 'all' ? null : [...value] };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending || current.data === undefined) return;
    save.mutate(
      { params, body },
      {
        onSuccess: () => {
          showToast({
            tone: 'success',
            title: `SSH access of ${workload.name} was changed. It counts from the next login on.`,
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
      title={`SSH access of ${workload.name}`}
      footer={
        <>
          <Button onPress={onClose}>{items.length > 0 ? 'Cancel' : 'Close'}</Button>
          {items.length > 0 && (
            <Button type="submit" form={FORM} variant="primary" isPending={save.isPending}>
              Save
            </Button>
          )}
        </>
      }
    >
      <PageState state={renderingOf(current.error === null ? keys : current, { layout: 'form' })}>
        <form id={FORM} onSubmit={submit}>
          <Stack>
            {items.length > 0 && (
              <SegmentedControl
                label="Who logs in"
                value={reach}
                onChange={setReach}
                options={[
                  { value: 'all', label: 'All my keys' },
                  { value: 'some', label: 'Chosen keys' },
                ]}
              />
            )}
            {items.length > 0 && reach === 'some' && (
              <CheckboxGroup
                label="Keys that log in"
                value={value}
                onChange={setChosen}
                options={items.map(key => ({
                  value: key.key_id,
                  label: key.name,
                  description: <Id value={key.fingerprint} />,
                }))}
              />
            )}
            {items.length > 0 && reach === 'all' && (
              <Banner tone="info">Every key of yours logs in, and so will those you add later.</Banner>
            )}
            {items.length === 0 && keys.data !== undefined && (
              <Banner
                tone="info"
                title="You have no SSH key yet"
                actions={
                  <LinkButton to="/access/ssh-keys" size="small">
                    Add one
                  </LinkButton>
                }
              >
                The terminal in the browser works without one.
              </Banner>
            )}
            {value.length === 0 && items.length > 0 && reach === 'some' && (
              <Banner tone="info">No key is chosen: only the terminal in the browser will work.</Banner>
            )}
            {save.error !== null && <Banner tone="failed">{save.error.message}</Banner>}
            {items.length > 0 && (
              <EquivalentCall page={workloadPage} name="setAllocationSshKeys" args={{ params, body }} />
            )}
          </Stack>
        </form>
      </PageState>
    </Dialog>
  );
}
