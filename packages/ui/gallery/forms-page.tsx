import { useState } from 'react';
import {
  Banner,
  Button,
  Checkbox,
  CheckboxGroup,
  KeyValueList,
  Money,
  NumberField,
  PageHeader,
  Panel,
  RadioCards,
  Rate,
  SearchField,
  SegmentedControl,
  Select,
  SlotMap,
  SplitLayout,
  Stack,
  Stepper,
  Switch,
  TextArea,
  TextField,
} from '../src/index';
import { node, usd } from './samples';

export function FormsPage() {
  const [name, setName] = useState('trainer-8');
  const [password, setPassword] = useState('correct horse');
  const [count, setCount] = useState<number | null>(2);
  const [sku, setSku] = useState<string | null>('h200');
  const [keys, setKeys] = useState<readonly string[]>(['laptop']);
  const [isOn, setOn] = useState(true);
  const [mode, setMode] = useState<'hour' | 'day'>('hour');
  const [image, setImage] = useState('');
  const rail = (
    <Panel title="Price">
      <Stack>
        <KeyValueList
          items={[
            { label: 'Per hour', value: <Rate value={usd('4980000')} /> },
            { label: 'Per day', value: <Money value={usd('119520000')} /> },
            { label: 'Balance after hold', value: <Money value={usd('13470000')} /> },
          ]}
        />
        <Button variant="primary" isFullWidth>
          Launch
        </Button>
      </Stack>
    </Panel>
  );
  return (
    <>
      <PageHeader title="Launch a workload" breadcrumbs={[{ label: 'Catalog', to: '/list' }, { label: 'Launch' }]} />
      <SplitLayout rail={rail} railLabel="Price">
        <Stack gap="loose">
          <Stepper
            label="Steps"
            steps={[
              { id: 'a', label: 'Hardware', state: 'complete', summary: 'H200' },
              { id: 'b', label: 'Capacity', state: 'current' },
              { id: 'c', label: 'Image', state: 'upcoming', errorCount: 1 },
              { id: 'd', label: 'Review', state: 'upcoming' },
            ]}
          />
          <RadioCards
            label="Hardware"
            value={sku}
            onChange={setSku}
            options={[
              {
                value: 'h200',
                title: 'H200',
                description: '141 GB, NVLink',
                aside: <Rate value={usd('2490000')} />,
                children: <SlotMap variant="compact" label="Free" nodes={[node('node-01')]} />,
              },
              {
                value: 'slice',
                title: 'H200 slice',
                description: 'A quarter of a GPU',
                aside: <Rate value={usd('690000')} />,
              },
              {
                value: 'b300',
                title: 'B300',
                description: '288 GB',
                aside: <Rate value={usd('5100000')} />,
                disabledReason: 'Unavailable: no single node fits',
              },
            ]}
          />
          <Panel title="Fields">
            <Stack>
              <TextField
                label="Name"
                value={name}
                onChange={setName}
                description="Lower case, digits and hyphens"
                isRequired={false}
              />
              <TextField
                label="Password"
                type="password"
                value={password}
                onChange={setPassword}
                autoComplete="current-password"
              />
              <TextField
                label="Port"
                value="70000"
                onChange={() => undefined}
                error="A port is between 1 and 65535."
                isMonospace
              />
              <NumberField label="GPUs" value={count} onChange={setCount} min={1} max={8} />
              <Select
                label="Image"
                value={image}
                onChange={setImage}
                options={[
                  { value: 'u', label: 'Ubuntu 24.04' },
                  { value: 'd', label: 'Debian 12' },
                ]}
                placeholder="Choose an image"
                error="Choose an image."
              />
              <TextArea
                label="Public key"
                value=""
                onChange={() => undefined}
                rows={3}
                maxLength={4096}
                isMonospace
                placeholder="ssh-ed25519 AAAA…"
              />
              <SearchField label="Search images" value="" onChange={() => undefined} />
              <CheckboxGroup
                label="SSH keys"
                value={keys}
                onChange={setKeys}
                options={[
                  { value: 'laptop', label: 'Laptop', description: 'SHA256:k3…9f' },
                  { value: 'ci', label: 'CI', description: 'SHA256:aa…01' },
                  { value: 'old', label: 'Old', isDisabled: true, description: 'Revoked' },
                ]}
              />
              <Checkbox
                label="I accept the terms"
                isSelected={false}
                onChange={() => undefined}
                error="Accept the terms to continue."
              />
              <Switch label="Refresh every 5 s" isSelected={isOn} onChange={setOn} />
              <SegmentedControl
                label="Price per"
                value={mode}
                onChange={setMode}
                options={[
                  { value: 'hour', label: 'Hour' },
                  { value: 'day', label: 'Day' },
                ]}
              />
              <Banner tone="failed" title="2 fields need your attention" isAlert={false}>
                Port, Image
              </Banner>
            </Stack>
          </Panel>
        </Stack>
      </SplitLayout>
    </>
  );
}
