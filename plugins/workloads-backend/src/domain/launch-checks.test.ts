import { resolvePolicies } from '@portico/plugin-access/port';
import type { OsImage, Sku } from '@portico/plugin-catalog/port';
import { launchErrors } from '@portico/plugin-workloads/contract';
import { type LaunchFacts, launchRefusals, type LaunchRequest, sentenceOf } from './launch-checks';
import { regionsFor } from './launch-policies';

const request: LaunchRequest = {
  skuId: 'sku_1',
  gpuCount: 2,
  imageId: 'img_1',
  sshKeyIds: undefined,
  projectId: 'proj_1',
  quoteId: undefined,
  count: 1,
  publishedPorts: [],
  region: undefined,
};
const forecast = {
  currency: 'USD',
  available: 10n,
  hold: 4n,
  availableAfter: 6n,
  sufficient: true,
  paymentsDisputed: false,
  burnRatePerHour: 0n,
  runwaySecondsNow: null,
  runwaySecondsAfter: 9,
  drainsAtNow: null,
  drainsAtAfter: 9_000,
};
const good: LaunchFacts = {
  departmentId: 'dept_1',
  sku: {
    skuId: 'sku_1',
    name: 'H200',
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuCounts: [1, 2, 4],
    vcpusPerGpu: 8,
    memoryBytesPerGpu: 1,
    diskBytesPerGpu: 1,
    gpuFractionMilli: 1000,
    regions: ['eu'],
    imageIds: null,
    pricePerGpuHour: 2n,
  },
  image: {
    imageId: 'img_1',
    name: 'Ubuntu',
    version: '24.04',
    source: null,
    digest: null,
    defaultUser: 'user',
    minDiskBytes: 0,
  },
  keysFound: true,
  currency: 'USD',
  quote: { kind: 'absent' },
  pricePerHour: 4n,
  placement: { fits: true },
  forecast,
  policies: resolvePolicies(new Map(), {}),
  publishesPorts: true,
};
const noPlace = (reason: 'no_ready_node' | 'no_capacity' | 'no_single_node_fits' | 'topology_unsatisfiable') =>
  ({ placement: { fits: false, reason, largestFittingCount: 1, fittingCopies: 0, alternative: null } }) as const;

const onlyOther = resolvePolicies(
  new Map([['allowed_skus', [{ level: 'organization', subjectId: 'org_1', value: ['sku_2'] }]]]),
  {},
);

const goodSku = good.sku as Sku;
const goodImage = good.image as OsImage;
const onlyIn = (...regions: string[]) =>
  resolvePolicies(new Map([['allowed_regions', [{ level: 'project', subjectId: 'proj_1', value: regions }]]]), {});

describe('what a launch is refused for', () => {
  it('is nothing when all is well', () => expect(launchRefusals(request, good)).toEqual([]));

  it.each<[string, Partial<LaunchFacts>, string]>([
    ['a project of somebody else', { departmentId: null }, 'project_not_found'],
    ['hardware that does not exist', { sku: undefined, placement: undefined }, 'sku_not_found'],
    ['an image that does not exist', { image: undefined }, 'image_not_found'],
    ['a key of somebody else', { keysFound: false }, 'ssh_key_not_found'],
    ['no price in the currency', { pricePerHour: undefined, forecast: undefined }, 'price_unavailable'],
    ['a quote that is not ours', { quote: { kind: 'invalid' } }, 'quote_invalid'],
    ['an old quote', { quote: { kind: 'expired', expiredAt: 0 } }, 'quote_expired'],
    ['no node online', noPlace('no_ready_node'), 'node_offline'],
    ['no GPU free', noPlace('no_capacity'), 'sku_sold_out'],
    ['GPUs free on different nodes', noPlace('no_single_node_fits'), 'sku_sold_out'],
    ['more than any node has', noPlace('topology_unsatisfiable'), 'topology_unsatisfiable'],
    ['too little money', { forecast: { ...forecast, available: 3n, sufficient: false } }, 'insufficient_balance'],
    ['hardware a policy leaves out', { policies: onlyOther }, 'policy_forbids'],
  ])('%s', (_what, facts, code) => {
    expect(launchRefusals(request, { ...good, ...facts }).map(refusal => refusal.code)).toEqual([code]);
  });

  it('is ports that are published twice, or where the portal has no address for any', () => {
    const web = { port: 80, name: 'web' };
    const codes = (publishedPorts: LaunchRequest['publishedPorts'], publishesPorts: boolean) =>
      launchRefusals({ ...request, publishedPorts }, { ...good, publishesPorts }).map(({ code }) => code);
    expect(codes([web], true)).toEqual([]);
    expect(codes([web, { port: 80, name: 'other' }], true)).toEqual(['published_ports_invalid']);
    expect(codes([web], false)).toEqual(['published_ports_unavailable']);
    expect(codes([], false)).toEqual([]);
  });

  it.each<[string, Partial<LaunchFacts>, string, object]>([
    [
      'an image that is not for the hardware',
      { sku: { ...goodSku, imageIds: ['img_2'] } },
      'image_not_for_sku',
      { image_id: 'img_1', image_ids: ['img_2'] },
    ],
    [
      'an image that needs more disk than comes with so many GPUs',
      { sku: { ...goodSku, diskBytesPerGpu: 10 }, image: { ...goodImage, minDiskBytes: 21 } },
      'image_too_large',
      { image_id: 'img_1', min_disk_bytes: 21, disk_bytes: 20 },
    ],
    [
      'hardware that is sold in no region a policy allows',
      { policies: onlyIn('us', 'asia') },
      'policy_forbids',
      { policy: 'allowed_regions', region: null, regions: ['us', 'asia'], level: 'project', subject_id: 'proj_1' },
    ],
  ])('%s', (_what, facts, code, details) => {
    expect(launchRefusals(request, { ...good, ...facts })).toEqual([{ code, details }]);
  });

  it('an image that just fits on the disk is none', () => {
    const facts = { ...good, sku: { ...goodSku, diskBytesPerGpu: 10 }, image: { ...goodImage, minDiskBytes: 20 } };
    expect(launchRefusals(request, facts)).toEqual([]);
  });

  it.each([
    ['anywhere', undefined, null, null, null],
    ['where it is sold', undefined, ['eu'], null, ['eu']],
    ['where a policy allows it', undefined, null, ['us'], ['us']],
    ['where both say so', undefined, ['eu', 'us'], ['us', 'asia'], ['us']],
    ['in the region asked for', 'eu', ['eu', 'us'], ['eu', 'us'], ['eu']],
    ['nowhere', 'eu', null, ['us'], []],
  ])('a launch may be %s', (_where, region, soldIn, allowed, regions) => {
    const policies = allowed === null ? resolvePolicies(new Map(), {}) : onlyIn(...allowed);
    expect(regionsFor(policies, { region, soldIn })).toEqual(regions);
  });

  it('a count that the hardware is not offered in says which are', () => {
    expect(launchRefusals({ ...request, gpuCount: 3 }, { ...good, placement: undefined })).toEqual([
      { code: 'topology_unsatisfiable', details: { gpu_count: 3, gpu_counts: [1, 2, 4] } },
    ]);
  });

  it('says what would fit, and how much money is missing', () => {
    const facts = {
      ...good,
      ...noPlace('no_single_node_fits'),
      forecast: { ...forecast, available: 3n, sufficient: false },
    };
    const money = (amount: string) => ({ amount, currency: 'USD', scale: 6 });
    expect(launchRefusals(request, facts).map(refusal => refusal.details)).toEqual([
      { sku_id: 'sku_1', gpu_count: 2, reason: 'no_single_node_fits', largest_fitting_count: 1, alternative: null },
      { required: money('4'), available: money('3'), shortfall: money('1') },
    ]);
  });

  it('comes in the order of the contract', () => {
    const everything: LaunchFacts = {
      ...good,
      departmentId: null,
      image: undefined,
      keysFound: false,
      quote: { kind: 'invalid' },
      ...noPlace('no_capacity'),
      forecast: { ...forecast, sufficient: false, paymentsDisputed: true },
      policies: onlyOther,
    };
    const order = launchRefusals(request, everything).map(refusal => launchErrors.indexOf(refusal.code));
    expect(order).toHaveLength(8);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it.each(launchErrors)('%s has a sentence', code => expect(sentenceOf(code)).toMatch(/\.$/));
});
