import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, ConfirmDialog, showToast } from '@portico/ui';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { adminOsImagePage, adminOsImagesPage } from './catalog-admin-pages';
import { EntryDialog } from './entry-dialog';
import { inUseWords, takeOverWords } from './entry-words';
import type { AdminImageDetail } from './entry-words';
import { draftOfImage, emptyImage, fieldsOfImage, ImageFields } from './image-fields';
import { useKeyOf } from './use-key-of';

const invalidates = ['getAdminOsImage', 'listAdminOsImages', 'listOsImages'];
/** Stands in the shown call while the form is incomplete. */
const INCOMPLETE = { name: '…', version: '…', source: null };

/** Mounted while open, so that each opening begins anew. */
export function CreateImageDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = useAction(adminOsImagesPage, 'createOsImage', { invalidates });
  const [draft, setDraft] = useState(emptyImage);
  const [wasTried, setTried] = useState(false);
  const fields = fieldsOfImage(draft);
  const body = fields ?? INCOMPLETE;
  const idempotencyKey = useKeyOf(body);
  const submit = () => {
    setTried(true);
    if (fields === null || create.isPending) return;
    create.mutate({ body, idempotencyKey }, { onSuccess: image => navigate(`/admin/os-images/${image.image_id}`) });
  };
  return (
    <EntryDialog
      title="Add image"
      submitLabel="Add image"
      isPending={create.isPending}
      refusal={create.error?.message ?? null}
      onSubmit={submit}
      onClose={onClose}
    >
      <ImageFields draft={draft} onChange={change => setDraft({ ...draft, ...change })} wasTried={wasTried} />
      <EquivalentCall page={adminOsImagesPage} name="createOsImage" args={{ body }} idempotencyKey={idempotencyKey} />
    </EntryDialog>
  );
}

export function EditImageDialog({ image, onClose }: { image: AdminImageDetail; onClose: () => void }) {
  const update = useAction(adminOsImagePage, 'updateOsImage', { invalidates });
  const [before] = useState(() => draftOfImage(image));
  const [draft, setDraft] = useState(before);
  const [wasTried, setTried] = useState(false);
  const fields = fieldsOfImage(draft);
  const unchanged: Readonly<Record<string, unknown>> = fieldsOfImage(before) ?? {};
  const body = Object.fromEntries(Object.entries(fields ?? {}).filter(([field, value]) => value !== unchanged[field]));
  const params = { image_id: image.image_id };
  const submit = () => {
    setTried(true);
    if (fields === null || update.isPending) return;
    if (Object.keys(body).length === 0) return onClose();
    update.mutate(
      { params, body },
      {
        onSuccess: saved => {
          showToast({ tone: 'success', title: `${saved.name} is changed.` });
          onClose();
        },
      },
    );
  };
  return (
    <EntryDialog
      title={`Edit ${image.name}`}
      submitLabel="Save"
      isPending={update.isPending}
      refusal={update.error?.message ?? null}
      onSubmit={submit}
      onClose={onClose}
    >
      {image.managed_by === 'configuration' && <Banner>{takeOverWords(image)}</Banner>}
      <ImageFields draft={draft} onChange={change => setDraft({ ...draft, ...change })} wasTried={wasTried} />
      <EquivalentCall page={adminOsImagePage} name="updateOsImage" args={{ params, body }} />
    </EntryDialog>
  );
}

interface DeedProps {
  image: AdminImageDetail;
  isOpen: boolean;
  onClose: () => void;
}

/** Out of the catalogue, or back into it. */
export function OfferImageDialog({ image, isOpen, onClose }: DeedProps) {
  const withdraw = useAction(adminOsImagePage, 'withdrawOsImage', { invalidates });
  const offer = useAction(adminOsImagePage, 'offerOsImage', { invalidates });
  const params = { image_id: image.image_id };
  const deed = image.offered ? withdraw : offer;
  const takesOver = image.managed_by === 'configuration' ? [takeOverWords(image)] : [];
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        deed.reset();
        onClose();
      }}
      level="simple"
      tone={image.offered ? 'danger' : 'neutral'}
      title={image.offered ? `Withdraw ${image.name}?` : `Offer ${image.name} again?`}
      impact={
        image.offered
          ? [
              'Nobody can launch from it any more.',
              image.in_use.allocations === 0
                ? 'Nothing that runs was started from it.'
                : `${inUseWords(image.in_use)} were started from it and go on.`,
              ...image.named_by_skus.map(sku => `${sku.name} names it among its images.`),
              ...takesOver,
            ]
          : ['It can be chosen at once.', ...takesOver]
      }
      confirmLabel={image.offered ? 'Withdraw' : 'Offer again'}
      cancelLabel="Cancel"
      error={deed.error?.message ?? null}
      isPending={deed.isPending}
      onConfirm={async () => {
        await deed.mutateAsync({ params });
        showToast({ tone: 'success', title: `${image.name} is ${image.offered ? 'withdrawn' : 'offered'}.` });
        onClose();
      }}
    >
      <EquivalentCall
        page={adminOsImagePage}
        name={image.offered ? 'withdrawOsImage' : 'offerOsImage'}
        args={{ params }}
      />
    </ConfirmDialog>
  );
}

export function DefaultImageDialog({ image, isOpen, onClose }: DeedProps) {
  const choose = useAction(adminOsImagePage, 'setDefaultOsImage', { invalidates });
  const params = { image_id: image.image_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        choose.reset();
        onClose();
      }}
      level="simple"
      tone="neutral"
      title={`Offer ${image.name} first?`}
      impact={[
        'It is chosen already when somebody begins a launch; they can choose another.',
        'The configuration no longer decides which image that is.',
      ]}
      confirmLabel="Make it the default"
      cancelLabel="Cancel"
      error={choose.error?.message ?? null}
      isPending={choose.isPending}
      onConfirm={async () => {
        await choose.mutateAsync({ params });
        showToast({ tone: 'success', title: `${image.name} is the default.` });
        onClose();
      }}
    >
      <EquivalentCall page={adminOsImagePage} name="setDefaultOsImage" args={{ params }} />
    </ConfirmDialog>
  );
}
