import {
  createOsImage,
  createSku,
  getAdminOsImage,
  listAdminOsImages,
  listOsImages,
  offerOsImage,
  setDefaultOsImage,
  updateOsImage,
  withdrawOsImage,
} from '@portico/plugin-catalog/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { newImage, newSku, startCatalogue } from '../testing/catalogue';

eachDatabase(db => {
  let backend: Awaited<ReturnType<typeof startCatalogue>>;
  let admin: string;
  let user: string;
  beforeAll(async () => {
    backend = await startCatalogue({ database: db.dialect });
    admin = backend.signInAs({ permissions: ['catalog.image.manage', 'catalog.sku.manage'] }).token;
    user = backend.signInAs({ permissions: ['catalog.sku.read', 'catalog.image.read'] }).token;
  });
  afterAll(() => backend?.stop());

  const make = (more: Parameters<typeof newImage>[0] = {}) =>
    backend.call(createOsImage, { token: admin, body: newImage(more) });
  const of = (imageId: string) => ({ token: admin, params: { image_id: imageId } });
  const offered = async (query: object = {}) =>
    (await backend.call(listOsImages, { token: user, query: { limit: 200, ...query } })).items;

  test('one that is made is offered last, with where it comes from for administrators only', async () => {
    const made = await make({ min_disk_bytes: 5 });
    expect(made).toMatchObject({
      source: 'registry.example/cuda-shell',
      default_user: 'user',
      offered: true,
      is_default: false,
      origin: 'administrator',
      in_use: { allocations: 2, gpus: 5 },
      named_by_skus: [],
    });
    const item = (await offered()).at(-1);
    expect(item).toEqual({
      image_id: made.image_id,
      name: 'CUDA shell',
      version: '13.1',
      description: '',
      is_default: false,
      min_disk_bytes: 5,
    });
  });

  test.each([
    ['a registry without a digest', { digest: null }, 'image_digest_required'],
    ['a digest of nothing', { source: null }, 'image_source_required'],
  ])('is refused with %s, made or changed', async (_what, more, code) => {
    expect(await backend.refusal(createOsImage, { token: admin, body: newImage(more) })).toMatchObject({
      status: 422,
      code,
    });
    const { image_id } = await make();
    expect((await backend.refusal(updateOsImage, { ...of(image_id), body: more })).code).toBe(code);
  });

  test.each([
    ['an option as its source', { source: '--privileged' }],
    ['a tag of a registry', { source: 'registry.example/cuda:latest' }],
    ['a short digest', { digest: 'sha256:abc' }],
    ['a user that is an option', { default_user: '-root' }],
    ['a description of two lines', { description: 'a\nb' }],
  ])('is malformed with %s', async (_what, more) => {
    const reply = await backend.request('POST', 'admin/os-images', { token: admin, body: newImage(more) });
    expect([reply.status, reply.body.code]).toEqual([400, 'request_malformed']);
  });

  test('a preloaded one needs no digest', async () => {
    expect(await make({ source: 'localhost/portico-base:1', digest: null })).toMatchObject({ digest: null });
  });

  test('one SKU’s images are those it names', async () => {
    const { image_id } = await make();
    const sku = await backend.call(createSku, { token: admin, body: newSku({ image_ids: [image_id] }) });
    expect((await offered({ sku_id: sku.sku_id })).map(image => image.image_id)).toEqual([image_id]);
    expect((await backend.call(getAdminOsImage, of(image_id))).named_by_skus).toEqual([
      { sku_id: sku.sku_id, name: sku.name },
    ]);
    const any = await backend.call(createSku, { token: admin, body: newSku() });
    expect(await offered({ sku_id: any.sku_id })).toEqual(await offered());
  });

  test('exactly one is the default, however many are made it at once; that one is not withdrawn', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => make()));
    await Promise.all(made.map(image => backend.call(setDefaultOsImage, of(image.image_id))));
    const [chosen, ...others] = (await offered()).filter(image => image.is_default);
    expect(others).toEqual([]);
    expect(made.map(image => image.image_id)).toContain(chosen?.image_id);
    expect(await backend.refusal(withdrawOsImage, of(chosen?.image_id ?? ''))).toMatchObject({
      status: 409,
      code: 'image_is_default',
    });
  });

  test('a withdrawn one is not offered, cannot be the default, and comes back', async () => {
    const { image_id } = await make();
    await backend.call(withdrawOsImage, of(image_id));
    expect((await offered()).map(image => image.image_id)).not.toContain(image_id);
    expect((await backend.refusal(setDefaultOsImage, of(image_id))).code).toBe('image_withdrawn');
    expect((await backend.call(offerOsImage, of(image_id))).offered).toBe(true);
  });

  test('one of the configuration is taken over by a change', async () => {
    const query = { managed_by: 'configuration' } as const;
    const [image] = (await backend.call(listAdminOsImages, { token: admin, query })).items;
    const call = { ...of(image?.image_id ?? ''), body: { name: image?.name } };
    expect((await backend.call(updateOsImage, call)).managed_by).toBe('configuration');
    expect((await backend.call(updateOsImage, { ...call, body: { version: '2' } })).managed_by).toBe('administrator');
  });

  test('nobody does so without the permission', async () => {
    expect((await backend.refusal(createOsImage, { token: user, body: newImage() })).status).toBe(403);
    expect((await backend.refusal(listAdminOsImages, { token: user })).status).toBe(403);
  });
});
