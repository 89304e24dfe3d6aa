import { PUBLISHED_PORTS_MAX } from '@portico/plugin-workloads/contract';
import {
  Button,
  IconButton,
  Inline,
  NumberField,
  Panel,
  PlusIcon,
  RadioCards,
  Stack,
  TextField,
  TrashIcon,
} from '@portico/ui';
import type { StepProps } from './choice-steps';
import type { DraftPort } from './launch-draft';
import './network-step.css';

const PORT_MAX = 65_535;
/** What most people publish first. */
const FIRST_PORT: DraftPort = { port: 8888, name: 'Notebook' };

export function NetworkStep({ draft, change, error }: StepProps) {
  const setPort = (place: number, part: Partial<DraftPort>) =>
    change({ ports: draft.ports.map((port, index) => (index === place ? { ...port, ...part } : port)) });
  return (
    <Stack gap="loose">
      <RadioCards
        id="step-network"
        label="Network"
        isLabelHidden
        error={error}
        value={draft.network}
        onChange={network => change({ network })}
        options={[
          {
            value: 'egress',
            title: 'Internet access',
            description: 'Downloads packages, models and data over HTTP and HTTPS. Private networks stay out of reach.',
          },
          {
            value: 'isolated',
            title: 'Isolated',
            description: 'Reaches nothing. You still get in by terminal and SSH.',
          },
        ]}
      />
      <Panel
        title="Published ports"
        description="A notebook, a board or a model server that listens in the workload, opened in the browser through the portal. Only people who may connect to the workload get there."
      >
        <Stack>
          {draft.ports.map(({ port, name }, place) => (
            <div key={place} className="launch-port">
              <NumberField
                label="Port"
                value={port}
                min={1}
                max={PORT_MAX}
                onChange={value => setPort(place, { port: value })}
              />
              <TextField label="Name" value={name} maxLength={40} onChange={value => setPort(place, { name: value })} />
              <IconButton
                icon={TrashIcon}
                label={`Do not publish ${name === '' ? `port ${port ?? place + 1}` : name}`}
                onPress={() => change({ ports: draft.ports.filter((_one, index) => index !== place) })}
              />
            </div>
          ))}
          {draft.ports.length < PUBLISHED_PORTS_MAX ? (
            <Inline>
              <Button
                icon={PlusIcon}
                onPress={() =>
                  change({ ports: [...draft.ports, draft.ports.length === 0 ? FIRST_PORT : { port: null, name: '' }] })
                }
              >
                Publish a port
              </Button>
            </Inline>
          ) : (
            <p className="pt-description">{`${PUBLISHED_PORTS_MAX} ports is all a workload may publish.`}</p>
          )}
        </Stack>
      </Panel>
    </Stack>
  );
}
