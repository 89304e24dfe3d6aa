import { NumberField, Stack, TextArea, TextField } from '@portico/ui';
import { defaultUserSchema, imageDigestSchema, imageSourceSchema, isPreloaded } from '../../contract/image-source';
import { IMAGE_SOURCE_LENGTH_MAX } from '../../contract/limits';
import { GIB } from './entry-words';
import type { AdminImage } from './entry-words';

/** What is being typed of an image. */
export interface ImageDraft {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly source: string;
  readonly digest: string;
  readonly user: string;
  readonly diskGib: number | null;
}

export const emptyImage: ImageDraft = {
  name: '',
  version: '',
  description: '',
  source: '',
  digest: '',
  user: 'user',
  diskGib: 0,
};

export function draftOfImage(image: AdminImage): ImageDraft {
  return {
    name: image.name,
    version: image.version,
    description: image.description,
    source: image.source ?? '',
    digest: image.digest ?? '',
    user: image.default_user,
    diskGib: Math.ceil(image.min_disk_bytes / GIB),
  };
}

const sourceForm = new RegExp(imageSourceSchema.pattern, 'u');
const digestForm = new RegExp(imageDigestSchema.pattern, 'u');
const userForm = new RegExp(defaultUserSchema.pattern, 'u');

/** What is wrong with each field; null where nothing is. */
export function faultsOf(draft: ImageDraft) {
  const [source, digest] = [draft.source.trim(), draft.digest.trim()];
  const isSource = source === '' || sourceForm.test(source);
  const needsDigest = isSource && source !== '' && !isPreloaded(source);
  return {
    name: draft.name.trim() === '' ? 'Say what people see when they choose.' : null,
    version: draft.version.trim() === '' ? 'Give a version, such as 1.' : null,
    source: isSource ? null : 'Give a registry reference without tag, or localhost/… for a preloaded image.',
    digest: digestFault({ digest, hasSource: source !== '', needsDigest }),
    user: userForm.test(draft.user) ? null : 'Give a user name of lower-case letters, digits, _ and -.',
    diskGib: draft.diskGib === null ? 'Say how much; 0 for any.' : null,
  };
}

function digestFault(of: { digest: string; hasSource: boolean; needsDigest: boolean }): string | null {
  if (of.digest === '') return of.needsDigest ? 'An image of a registry is named by its digest.' : null;
  if (!of.hasSource) return 'A digest says nothing without the source it is of.';
  return digestForm.test(of.digest) ? null : 'A digest is sha256: and 64 hexadecimal digits.';
}

/** The fields as the API takes them; null while something is wrong. */
export function fieldsOfImage(draft: ImageDraft) {
  if (Object.values(faultsOf(draft)).some(fault => fault !== null)) return null;
  const [source, digest] = [draft.source.trim(), draft.digest.trim()];
  return {
    name: draft.name.trim(),
    version: draft.version.trim(),
    description: draft.description.replace(/\s+/g, ' ').trim(),
    source: source === '' ? null : source,
    digest: digest === '' ? null : digest,
    default_user: draft.user,
    min_disk_bytes: (draft.diskGib ?? 0) * GIB,
  };
}

const NAME_LENGTH_MAX = 80;
const DISK_GIB_MAX = 64 * 1024;

export function ImageFields(props: {
  draft: ImageDraft;
  onChange: (change: Partial<ImageDraft>) => void;
  wasTried: boolean;
}) {
  const { draft, onChange, wasTried } = props;
  const faults = faultsOf(draft);
  const error = (field: keyof typeof faults) => (wasTried ? faults[field] : null);
  return (
    <Stack>
      <TextField
        label="Name"
        value={draft.name}
        onChange={name => onChange({ name })}
        maxLength={NAME_LENGTH_MAX}
        autoFocus
        error={error('name')}
      />
      <TextField
        label="Version"
        value={draft.version}
        onChange={version => onChange({ version })}
        maxLength={40}
        error={error('version')}
      />
      <TextArea
        label="Description"
        description="One sentence for the person who chooses."
        rows={2}
        value={draft.description}
        onChange={description => onChange({ description })}
        maxLength={280}
      />
      <TextField
        label="Source"
        description="A registry reference without tag, or localhost/… for an image that is preloaded on the nodes. Empty: the base the node’s runtime brings."
        value={draft.source}
        onChange={source => onChange({ source })}
        maxLength={IMAGE_SOURCE_LENGTH_MAX}
        placeholder="registry.example/cuda-shell"
        isMonospace
        error={error('source')}
      />
      <TextField
        label="Digest"
        description="What every node must find there. Required of a registry."
        value={draft.digest}
        onChange={digest => onChange({ digest })}
        maxLength={80}
        placeholder="sha256:…"
        isMonospace
        error={error('digest')}
      />
      <div className="catalog-numbers">
        <TextField
          label="Login"
          description="The user inside."
          value={draft.user}
          onChange={user => onChange({ user })}
          maxLength={32}
          isMonospace
          error={error('user')}
        />
        <NumberField
          label="Needs disk"
          description="0 for any."
          suffix="GiB"
          value={draft.diskGib}
          onChange={diskGib => onChange({ diskGib })}
          min={0}
          max={DISK_GIB_MAX}
          error={error('diskGib')}
        />
      </div>
    </Stack>
  );
}
