import { IMAGES_MAX } from '@portico/plugin-catalog/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { auditedImage, fieldsOfImage } from '../audited';
import { catalog } from '../catalog-errors';
import { imageRefusal } from '../domain/entries';
import type { CatalogServices } from '../services';
import { imagesForChange, insertImage, makeDefault, updateImage } from '../store/images';
import type { Image, ImageDescription } from '../store/images';

type Auditing = Pick<CatalogServices, 'audit'>;
type OfImage = RequestContext & { readonly imageId: string };

/** Every change locks all images: they are few, and which one is the default concerns every one. */
export async function createImage(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly image: ImageDescription & { readonly isOffered: boolean } },
): Promise<string> {
  requireValid(context.image);
  const images = await imagesForChange(tx);
  if (context.image.isOffered) requireRoom(images);
  const image: Image = {
    ...context.image,
    imageId: newId('img', tx.now),
    position: Math.max(IMAGES_MAX, ...images.map(one => one.position + 1)),
    isDefault: false,
    isDefaultChosen: false,
    origin: 'administrator',
    managedBy: 'administrator',
    settingsKey: null,
    createdAt: tx.now,
    updatedAt: tx.now,
  };
  await insertImage(tx, image);
  await tell(tx, services, { ...context, action: 'catalog.image.create', before: undefined, after: image });
  return image.imageId;
}

/** What is undefined stays. */
export type ImageChange = { readonly [Field in keyof ImageDescription]?: ImageDescription[Field] | undefined };

export async function changeImage(
  tx: Transaction,
  services: Auditing,
  context: OfImage & { readonly change: ImageChange },
): Promise<void> {
  const { image: before } = await existing(tx, context.imageId);
  const said = Object.fromEntries(Object.entries(context.change).filter(([, value]) => value !== undefined));
  const after: Image = { ...before, ...said };
  requireValid(after);
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  await save(tx, services, { ...context, action: 'catalog.image.update', before, after });
}

export async function withdrawImage(tx: Transaction, services: Auditing, context: OfImage): Promise<void> {
  const { image: before } = await existing(tx, context.imageId);
  if (!before.isOffered) return;
  if (before.isDefault) throw catalog.fail('image_is_default');
  const after = { ...before, isOffered: false };
  await save(tx, services, { ...context, action: 'catalog.image.withdraw', before, after });
}

export async function offerImage(tx: Transaction, services: Auditing, context: OfImage): Promise<void> {
  const { image: before, images } = await existing(tx, context.imageId);
  if (before.isOffered) return;
  requireRoom(images);
  const after = { ...before, isOffered: true };
  await save(tx, services, { ...context, action: 'catalog.image.offer', before, after });
}

export async function setDefaultImage(tx: Transaction, services: Auditing, context: OfImage): Promise<void> {
  const { image: before, images } = await existing(tx, context.imageId);
  if (!before.isOffered) throw catalog.fail('image_withdrawn');
  if (before.isDefault && before.isDefaultChosen) return;
  await makeDefault(tx, { imageId: before.imageId, isChosen: true });
  const one = { ...context, action: 'catalog.image.set_default' };
  const former = images.find(image => image.isDefault && image.imageId !== before.imageId);
  if (former) await tell(tx, services, { ...one, before: former, after: { ...former, isDefault: false } });
  await save(tx, services, { ...one, before, after: { ...before, isDefault: true } });
}

async function existing(tx: Transaction, imageId: string): Promise<{ image: Image; images: readonly Image[] }> {
  const images = await imagesForChange(tx);
  const image = images.find(one => one.imageId === imageId);
  if (image === undefined) throw common.fail('not_found');
  return { image, images };
}

function requireValid(image: ImageDescription): void {
  const refusal = imageRefusal(image);
  if (refusal !== null) throw catalog.fail(refusal);
}

function requireRoom(images: readonly Image[]): void {
  if (images.filter(image => image.isOffered).length >= IMAGES_MAX)
    throw catalog.fail('image_limit_reached', { details: { images_max: IMAGES_MAX } });
}

interface Told extends RequestContext {
  readonly action: string;
  readonly before: Image | undefined;
  readonly after: Image;
}

/** Whatever an administrator changes of an image is theirs from then on. */
async function save(tx: Transaction, services: Auditing, change: Told): Promise<void> {
  const after: Image = { ...change.after, managedBy: 'administrator', updatedAt: tx.now };
  await updateImage(tx, after);
  await tell(tx, services, { ...change, after });
}

async function tell(tx: Transaction, { audit }: Auditing, told: Told): Promise<void> {
  const { action, actor, correlationId, before, after } = told;
  await audit.record(tx, {
    action,
    actor,
    organizationId: null,
    resource: auditedImage,
    targetId: after.imageId,
    correlationId,
    before: before && fieldsOfImage(before),
    after: fieldsOfImage(after),
  });
}
