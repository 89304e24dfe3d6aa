import { Button, Inline, RadioCards, Stack, TextArea, TextField } from '@portico/ui';
import { useRef } from 'react';
import type { ChangeEvent } from 'react';
import { NODE_PASSWORD_LENGTH_MAX, PRIVATE_KEY_LENGTH_MAX } from '../contract/node-schemas';

export interface CredentialDraft {
  readonly kind: 'password' | 'private_key';
  readonly password: string;
  readonly privateKey: string;
  readonly passphrase: string;
}

export const emptyCredential: CredentialDraft = { kind: 'private_key', password: '', privateKey: '', passphrase: '' };

/** What a shown call has where a secret goes. */
const SECRET_SHOWN = '…';

export function credentialBody({ kind, password, privateKey, passphrase }: CredentialDraft) {
  if (kind === 'password') return { kind, password };
  // What is pasted often lacks the last line break, without which some programs do not read a key.
  const key = privateKey === '' ? '' : `${privateKey.trim()}\n`;
  return { kind, private_key: key, ...(passphrase === '' ? {} : { passphrase }) };
}

/** The same without what it is about: a command is copied to places where a secret must not stand. */
export function credentialShown({ kind, passphrase }: CredentialDraft) {
  if (kind === 'password') return { kind, password: SECRET_SHOWN };
  return { kind, private_key: SECRET_SHOWN, ...(passphrase === '' ? {} : { passphrase: SECRET_SHOWN }) };
}

/** What is missing or cannot be right; null when it may be tried. */
export function credentialError(draft: CredentialDraft): string | null {
  if (draft.kind === 'password') return draft.password === '' ? 'Type the password.' : null;
  if (draft.privateKey.trim() === '') return 'Choose or paste the private key.';
  if (!draft.privateKey.includes('PRIVATE KEY'))
    return 'This is no private key: it begins with “-----BEGIN … PRIVATE KEY-----”.';
  return null;
}

interface CredentialFieldsProps {
  draft: CredentialDraft;
  onChange: (draft: CredentialDraft) => void;
  error: string | null;
  /** For links from an error summary. */
  id: string;
}

/** What Portico logs in with once. It is nowhere but in the state of the form that is sent. */
export function CredentialFields({ draft, onChange, error, id }: CredentialFieldsProps) {
  return (
    <Stack>
      <RadioCards
        label="What Portico logs in with"
        description="Used once, to install a key of Portico’s own, and forgotten then."
        value={draft.kind}
        onChange={kind => onChange({ ...draft, kind })}
        minWidth="small"
        options={[
          { value: 'private_key', title: 'Private key', description: 'From a file, or pasted.' },
          { value: 'password', title: 'Password', description: 'Where sshd accepts passwords.' },
        ]}
      />
      {draft.kind === 'password' ? (
        <TextField
          id={id}
          label="Password"
          type="password"
          value={draft.password}
          onChange={password => onChange({ ...draft, password })}
          maxLength={NODE_PASSWORD_LENGTH_MAX}
          autoComplete="off"
          error={error}
        />
      ) : (
        <PrivateKeyFields draft={draft} onChange={onChange} error={error} id={id} />
      )}
    </Stack>
  );
}

function PrivateKeyFields({ draft, onChange, error, id }: CredentialFieldsProps) {
  const file = useRef<HTMLInputElement>(null);
  const readFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    // The same file can be chosen again after it was mended.
    event.target.value = '';
    if (chosen === undefined) return;
    const text = await chosen.slice(0, PRIVATE_KEY_LENGTH_MAX).text();
    onChange({ ...draft, privateKey: text });
  };
  return (
    <Stack>
      <TextArea
        id={id}
        label="Private key"
        description="OpenSSH or PEM."
        rows={6}
        isMonospace
        value={draft.privateKey}
        onChange={privateKey => onChange({ ...draft, privateKey })}
        maxLength={PRIVATE_KEY_LENGTH_MAX}
        error={error}
      />
      <Inline>
        <Button size="small" onPress={() => file.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={file}
          type="file"
          className="pt-visually-hidden"
          tabIndex={-1}
          aria-label="File with the private key"
          onChange={event => void readFile(event)}
        />
      </Inline>
      <TextField
        label="Passphrase"
        isRequired={false}
        type="password"
        value={draft.passphrase}
        onChange={passphrase => onChange({ ...draft, passphrase })}
        maxLength={NODE_PASSWORD_LENGTH_MAX}
        autoComplete="off"
      />
    </Stack>
  );
}
