/** Policies read their values by code that browsers share; the contract shows schemas. Here the validator of the portal holds one against the other. */
import { policyValueSchemas, readPolicyValue } from '@portico/plugin-access/contract';
import type { PolicyKind } from '@portico/plugin-access/contract';
import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';

const kinds = Object.keys(policyValueSchemas) as PolicyKind[];
const amount = fc.record({
  amount: fc.constantFrom('0', '5', '-1', '01', '1'.repeat(15), '1'.repeat(16)),
  currency: fc.constantFrom('USD', 'usd'),
  scale: fc.constantFrom(6, 2),
});
const anything = fc.oneof(
  fc.jsonValue(),
  fc.integer({ min: -5, max: 2_000_000 }),
  fc.boolean(),
  amount,
  fc.record({ limit: amount, mode: fc.constantFrom('stop', 'warn', 'ask') }),
  fc.record({ limit: amount, mode: fc.constant('stop'), more: fc.nat() }, { requiredKeys: ['limit'] }),
  fc.array(fc.constantFrom('sku_a', 'sku_b', 'not an id', 7, `sku_${'a'.repeat(80)}`), { maxLength: 3 }),
);

test.each(kinds)('a %s is read as its schema says', kind => {
  const fits = new Ajv2020({ strict: false }).compile(policyValueSchemas[kind]);
  fc.assert(
    fc.property(anything, value => {
      expect(readPolicyValue(kind, value) !== undefined).toBe(fits(value));
    }),
    { numRuns: 1_000 },
  );
});
