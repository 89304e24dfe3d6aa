import { TAGS_MAX } from '@portico/plugin-kit/contract';
import { draftErrors, launchTags, parseDraft, publishedPorts, serializeDraft } from './launch-draft';
import type { LaunchDraft } from './launch-draft';

const draft: LaunchDraft = {
  draftId: 'draft-0001',
  step: 'network',
  skuId: 'sku_1',
  gpuCount: 2,
  count: 3,
  spread: true,
  region: 'north',
  imageId: 'img_1',
  network: 'isolated',
  ports: [
    { port: 8888, name: 'Notebook' },
    { port: null, name: 'a: b' },
  ],
  sshKeyIds: ['key_1'],
  name: 'sweep',
  tags: 'team:vision, run:7:b,',
};
const messages = (changes: Partial<LaunchDraft>) =>
  draftErrors({ ...draft, ...changes }, undefined).map(one => one.message);

describe('the draft of a launch', () => {
  it('is what its address says', () => {
    expect(parseDraft(serializeDraft(draft))).toEqual(draft);
    const plain: LaunchDraft = { ...draft, count: 1, spread: false, region: null, ports: [], network: 'egress' };
    expect(parseDraft(serializeDraft(plain))).toEqual(plain);
    expect(serializeDraft(plain).has('count')).toBe(false);
  });

  it.each(['0', '65', '-1', '1.5', 'many'])('drops a count of %s', count => {
    expect(parseDraft(new URLSearchParams({ count })).count).toBe(1);
  });

  it('keeps the row of a port that is none, and takes no more ports than a workload may publish', () => {
    expect(parseDraft(new URLSearchParams({ port: '70000:Web' })).ports).toEqual([{ port: null, name: 'Web' }]);
    const many = new URLSearchParams(Array.from({ length: 20 }, (_, place) => ['port', `${place + 1}:p${place}`]));
    expect(parseDraft(many).ports).toHaveLength(8);
  });

  it('says what is wrong with its ports, and launches those that have a number', () => {
    expect(messages({})).toContain('Every published port needs its number.');
    expect(messages({ ports: [{ port: 80, name: ' ' }] })).toContain('Every published port needs a name.');
    const twice = [80, 80].map((port, place) => ({ port, name: `web ${place}` }));
    expect(messages({ ports: twice })).toContain('A port is published twice.');
    const alike = [80, 81].map(port => ({ port, name: 'web' }));
    expect(messages({ ports: alike })).toContain('Two published ports have the same name.');
    expect(publishedPorts(draft)).toEqual([{ port: 8888, name: 'Notebook' }]);
  });

  it('takes tags as they are typed', () => {
    expect(launchTags(draft)).toEqual({ team: 'vision', run: '7:b' });
    expect(launchTags({ ...draft, tags: ' ' })).toEqual({});
    const tagErrors = (tags: string) => draftErrors({ ...draft, tags }, undefined).filter(one => one.step === 'review');
    expect(tagErrors(draft.tags)).toEqual([]);
    expect(tagErrors('vision')).toEqual([
      { step: 'review', message: '“vision” is no tag: write key:value, the key in small letters, digits, _, . and -.' },
    ]);
    expect(tagErrors('Team:vision')).toHaveLength(1);
    expect(tagErrors('team:')).toHaveLength(1);
    expect(tagErrors('team:a, team:b')).toEqual([{ step: 'review', message: 'A key is there twice.' }]);
    const many = (count: number) => Array.from({ length: count }, (_, place) => `k${place}:v`).join(',');
    expect(tagErrors(many(TAGS_MAX))).toEqual([]);
    expect(tagErrors(many(TAGS_MAX + 1))).toHaveLength(1);
  });
});
