import { useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, CommandLine, Disclosure, Inline, Stack, TextField } from '@portico/ui';
import { addNodePage } from '../pages';
import { refusalOf } from './refusal-of';

/** Of the key that is usually there. */
const OWN_WORD_COMMAND = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub';
/** Characters of a fingerprint, prefix included. */
const FINGERPRINT_LENGTH = 50;

interface HostKeyFieldProps {
  id: string;
  address: { host: string; port: number };
  isAddressGood: boolean;
  value: string;
  onChange: (fingerprint: string) => void;
  error: string | null;
}

/** By whom one is answered: what the machine itself says its key is, against what the network shows. */
export function HostKeyField({ id, address, isAddressGood, value, onChange, error }: HostKeyFieldProps) {
  const ask = useAction(addNodePage, 'lookUpHostKey');
  const shown = ask.data;
  return (
    <Stack>
      <TextField
        id={id}
        label="Fingerprint of its host key"
        isRequired={false}
        description="A machine that shows another key gets no password and no key. Empty: the key it shows now is pinned, to be compared afterwards."
        value={value}
        onChange={onChange}
        maxLength={FINGERPRINT_LENGTH}
        placeholder="SHA256:…"
        autoComplete="off"
        isMonospace
        error={error}
      />
      <Inline>
        <Button
          size="small"
          isPending={ask.isPending}
          isDisabled={!isAddressGood}
          onPress={() => ask.mutate({ body: { address } })}
        >
          Ask the machine
        </Button>
        {shown !== undefined && (
          <Button size="small" variant="quiet" onPress={() => onChange(shown.fingerprint)}>
            Use this one
          </Button>
        )}
      </Inline>
      {shown !== undefined && (
        <Banner tone="info" title="It shows this key">
          <span className="pt-mono node-fingerprint">{`${shown.type} ${shown.fingerprint}`}</span>
        </Banner>
      )}
      {ask.error !== null && (
        <Banner tone="failed" title={refusalOf(ask.error).title}>
          {refusalOf(ask.error).message}
        </Banner>
      )}
      <Disclosure summary="Where the machine says it itself">
        <CommandLine label="command that prints the fingerprint" command={OWN_WORD_COMMAND} />
      </Disclosure>
    </Stack>
  );
}
