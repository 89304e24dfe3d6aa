import { policies, policyLevels, policyNames, resolvePolicy, withDefault } from '@portico/plugin-access/contract';
import type { PolicyName, PolicyValue, setPolicy } from '@portico/plugin-access/contract';
import type { PolicyDefaults } from '@portico/plugin-access/port';
import { toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { StoredPolicy } from './store/policies';

type PolicyReply = ReplyOf<typeof setPolicy>;
type ValueReply = PolicyReply['value'];

export function policyReplies(
  set: ReadonlyMap<PolicyName, readonly StoredPolicy[]>,
  defaults: PolicyDefaults,
): PolicyReply[] {
  return policyNames.map(name => policyReply(name, set.get(name) ?? [], defaults));
}

export function policyReply(name: PolicyName, set: readonly StoredPolicy[], defaults: PolicyDefaults): PolicyReply {
  const { kind, unit, title, sentence, levels, per } = policies[name];
  const { value, source } = resolvePolicy(kind, withDefault(set, defaults[name]));
  const chain = policyLevels.flatMap(level => set.filter(one => one.level === level));
  return {
    policy: name,
    kind,
    unit,
    title,
    sentence,
    levels: [...levels],
    per,
    value: valueReply(value),
    source: { level: source.level, subject_id: source.subjectId },
    chain: [
      ...chain.map(one => ({
        level: one.level,
        subject_id: one.subjectId,
        value: valueReply(one.value),
        set_by: one.setBy,
        set_by_name: one.setByName,
        set_at: one.setAt === null ? null : toInstant(one.setAt),
      })),
      {
        level: 'default',
        subject_id: null,
        value: valueReply(defaults[name] ?? null),
        set_by: null,
        set_by_name: null,
        set_at: null,
      },
    ],
  };
}

/** The schema knows arrays that can be written to only. */
export function valueReply(value: PolicyValue | null): ValueReply {
  return value as ValueReply;
}
