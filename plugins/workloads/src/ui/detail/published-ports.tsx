import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, ExternalIcon, Id, KeyValueList, Panel, Stack } from '@portico/ui';
import { workloadPage } from '../pages';
import type { Workload } from '../workload-words';

/** What the workload shows to browsers, each port a press away. */
export function PublishedPorts({ workload }: { workload: Workload }) {
  const open = useAction(workloadPage, 'openPublishedPort');
  const ports = workload.network.published_ports;
  const [first] = ports;
  if (first === undefined) return null;
  const argsOf = (port: number) => ({
    params: { allocation_id: workload.allocation_id, port: String(port) },
  });
  const show = (port: number) => {
    // While the press still counts as one: browsers open no window for what comes back later.
    const tab = `portico-${crypto.randomUUID()}`;
    const opened = window.open('', tab);
    open.mutate(argsOf(port), {
      onSuccess: reply => sendTicket(reply, tab),
      onError: () => opened?.close(),
    });
  };
  return (
    <Panel
      title="Published ports"
      description="Shown to those who may connect to this workload, each on an address of its own."
    >
      <Stack>
        <KeyValueList
          items={ports.map(({ port, name, url }) => ({
            label: `${name} (${port})`,
            value:
              url === null ? (
                'The platform has no address for published ports.'
              ) : (
                <>
                  <Button
                    size="small"
                    icon={ExternalIcon}
                    isPending={open.isPending && open.variables.params.port === String(port)}
                    onPress={() => show(port)}
                  >
                    {`Open ${name}`}
                  </Button>{' '}
                  <Id value={new URL(url).host} />
                </>
              ),
          }))}
        />
        {open.error !== null && <Banner tone="failed">{open.error.message}</Banner>}
        <EquivalentCall page={workloadPage} name="openPublishedPort" args={argsOf(first.port)} />
      </Stack>
    </Panel>
  );
}

/** By a form into the other tab: a ticket is never part of an address. */
function sendTicket({ enter_url, ticket }: { enter_url: string; ticket: string }, tab: string): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = enter_url;
  form.target = tab;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'ticket';
  field.value = ticket;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}
