import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { chainHash, CHAIN_START, signCheckpoint } from './audit-chain';
import { toChained } from './audit-rows';
import type { AuditItem } from './audit-rows';
import { verifyAuditExport } from './audit-verification';

const keys = generateKeyPairSync('ed25519');
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const entry = fc.record({
  action: word,
  reason: fc.option(fc.string(), { nil: null }),
  actor: fc.record({
    type: fc.constantFrom('user' as const, 'api_key' as const, 'support' as const, 'task' as const),
    id: word,
    key_id: fc.option(word, { nil: null }),
    support_session_id: fc.option(word, { nil: null }),
    session_id: fc.option(word, { nil: null }),
    address: fc.option(word, { nil: null }),
  }),
  on_behalf_of: fc.option(fc.record({ type: fc.constantFrom('user' as const, 'organization' as const), id: word }), {
    nil: null,
  }),
  changes: fc.dictionary(word, fc.oneof(fc.constant('changed'), fc.record({ after: fc.jsonValue() }))),
  organization_id: fc.option(word, { nil: null }),
});

/** An export as the portal writes it: entries chained, a checkpoint after every second one and at the end. */
function exported(given: readonly (typeof entry extends fc.Arbitrary<infer Value> ? Value : never)[]): string[] {
  let hash = CHAIN_START;
  const lines = [JSON.stringify({ portico_audit_export: 1, public_key: publicKey })];
  given.forEach((part, index) => {
    const position = index + 1;
    const bare: AuditItem = {
      audit_id: `aud_${position}`,
      at: new Date(position * 1000).toISOString(),
      resource: { type: 'thing', id: String(position) },
      project_id: null,
      correlation_id: `corr_${position}`,
      seal: null,
      ...part,
    };
    // As a reader gets it: JSON has no undefined, no -0 and no key order of its own beyond the text.
    const read = JSON.parse(JSON.stringify(bare)) as AuditItem;
    const previousHash = hash;
    hash = chainHash(previousHash, toChained(read, position));
    lines.push(JSON.stringify({ ...read, seal: { position, previous_hash: previousHash, hash } }));
    if (position % 2 === 0 || position === given.length) {
      lines.push(
        JSON.stringify({
          checkpoint: signCheckpoint({ position, hash, at: new Date(position * 1000).toISOString() }, keys.privateKey),
        }),
      );
    }
  });
  lines.push(JSON.stringify({ unsealed: 0 }));
  return lines;
}

async function* stream(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
const verify = (lines: readonly string[]) => verifyAuditExport(stream(lines), { publicKey });

const log = fc.array(entry, { minLength: 2, maxLength: 8 });

test('an export that nobody touched is intact, signed to its end', async () => {
  await fc.assert(
    fc.asyncProperty(log, async given => {
      expect(await verify(exported(given))).toMatchObject({
        kind: 'intact',
        entries: given.length,
        signedThrough: given.length,
        unsealed: 0,
      });
    }),
    { numRuns: 50 },
  );
});

const isEntry = (line: string) => line.includes('"audit_id"');

test('the first entry that was altered, taken out, put in twice or moved is named', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(), fc.constantFrom('alter', 'drop', 'repeat', 'swap'), async (given, pick, deed) => {
      const lines = exported(given);
      const places = lines.flatMap((line, index) => (isEntry(line) ? [index] : []));
      const nth = pick % (deed === 'swap' ? places.length - 1 : places.length);
      const place = places[nth] as number;
      const line = lines[place] as string;
      if (deed === 'alter') lines[place] = line.replace(`corr_${nth + 1}`, 'corr_x');
      else if (deed === 'drop') lines.splice(place, 1);
      else if (deed === 'repeat') lines.splice(place, 0, line);
      else {
        const next = places[nth + 1] as number;
        [lines[place], lines[next]] = [lines[next] as string, line];
      }
      const verdict = await verify(lines);
      expect(verdict.kind).toBe('altered');
      if (verdict.kind === 'altered') expect(verdict.position).toBe(deed === 'repeat' ? nth + 2 : nth + 1);
    }),
    { numRuns: 100 },
  );
});

test('an entry of a time when actors had no key, no support session and nobody they acted for hashes as it did then', () => {
  const then = {
    position: 1,
    auditId: 'aud_1',
    at: '2026-11-20T10:00:00.000Z',
    action: 'access.ssh_key.add',
    actor: { type: 'user', id: 'usr_1', session_id: 'sess_1', address: '192.0.2.1' },
    resource: { type: 'ssh_key', id: 'key_1' },
    organizationId: 'org_1',
    projectId: null,
    correlationId: 'corr_1',
    reason: null,
    changes: { name: { after: 'laptop' } },
    onBehalfOf: null,
  };
  const hash = '0b485ef0cd1ba9d5edc78105cc4c1abe4d8837f330283de046667ba4bee6f0b4';
  expect(chainHash(CHAIN_START, then)).toBe(hash);
  const asRead = { ...then, actor: { ...then.actor, key_id: null, support_session_id: null } };
  expect(chainHash(CHAIN_START, asRead)).toBe(hash);
  for (const altered of [
    { ...then, actor: { ...then.actor, key_id: 'apikey_1' } },
    { ...then, actor: { ...then.actor, support_session_id: 'sup_1' } },
    { ...then, onBehalfOf: { type: 'organization', id: 'org_2' } },
  ])
    expect(chainHash(CHAIN_START, altered)).not.toBe(hash);
});

test.each([
  [
    'a chain made anew without the key',
    (lines: string[]) => lines.map(line => line.replace(/"signature":"[^"]+"/, '"signature":"AAAA"')),
    'signature',
  ],
  ['the end cut off', (lines: string[]) => lines.slice(0, -1), 'cut off'],
  ['lines after the end', (lines: string[]) => [...lines, lines[1] as string], 'after the end'],
  ['a line that is no JSON', (lines: string[]) => [lines[0] as string, '{', ...lines.slice(1)], 'not JSON'],
])('%s is found', async (_name, tamper, reason) => {
  const lines = exported(fc.sample(entry, { numRuns: 3, seed: 7 }));
  expect(await verify(tamper(lines))).toMatchObject({
    kind: 'altered',
    reason: expect.stringContaining(reason) as string,
  });
});
