/**
 * Policies: values of the business that people set while the portal runs, each at the levels where it makes sense. One registry says all there is to
 * say of each; the server resolves and checks by it, the API and the page show it.
 *
 * Resolution: user > project > organization > agreement > plan > platform > default (what the configuration says, or nothing). The platform's own
 * levels (platform, plan, and the agreement it has with one organization) replace each other: the nearest that is set counts, so a plan may grant more than the
 * platform gives everybody. What an organization's own people set below that (organization, project, user) may only tighten: the smaller limit, the
 * intersection of lists, a demand once made. So nobody in an organization can lift what the platform has set for it.
 *
 * Limits on what is used (`per: 'subject'`) hold for what each level's subject uses itself: the organization's limit for all of it, a project's for
 * that project, a user's for that person within the organization; a launch has to stay within every one of them.
 */

/** From the narrowest to the widest. */
export const policyLevels = ['user', 'project', 'organization', 'agreement', 'plan', 'platform'] as const;
export type PolicyLevel = (typeof policyLevels)[number];
/** Those an organization's own people set, for themselves. */
export const ownPolicyLevels = ['user', 'project', 'organization'] as const satisfies readonly PolicyLevel[];
export type OwnPolicyLevel = (typeof ownPolicyLevels)[number];
/** Those the platform's people set: for everybody, for a plan, and for one organization. */
export const platformPolicyLevels = ['agreement', 'plan', 'platform'] as const satisfies readonly PolicyLevel[];
export type PlatformPolicyLevel = (typeof platformPolicyLevels)[number];

/** The plan of an organization that has been given no other. */
export const STANDARD_PLAN = 'standard';

/** What a value is: decides its schema, its order (what is tighter) and how a person edits it. */
export type PolicyKind = 'count' | 'duration' | 'flag' | 'list' | 'names' | 'money' | 'spend';

export interface PolicyDefinition {
  readonly kind: PolicyKind;
  /** What a count counts; the catalog's noun for a list of ids, or of names. */
  readonly unit: string | null;
  /** For people, above the value. */
  readonly title: string;
  /** What it does, in a sentence. */
  readonly sentence: string;
  readonly levels: readonly PolicyLevel[];
  /** `subject`: every level's value limits what its own subject uses. `everyone`: the one resolved value applies. */
  readonly per: 'subject' | 'everyone';
}

const everywhere = policyLevels;
const notForUsers = ['project', 'organization', 'agreement', 'plan', 'platform'] as const;

export const policies = {
  concurrent_allocations: {
    kind: 'count',
    unit: 'allocations',
    title: 'Concurrent allocations',
    sentence: 'Allocations that hold GPUs at the same time.',
    levels: everywhere,
    per: 'subject',
  },
  gpus_per_project: {
    kind: 'count',
    unit: 'GPUs',
    title: 'GPUs per project',
    sentence: 'GPUs and slices that the allocations of one project hold at the same time.',
    levels: notForUsers,
    per: 'everyone',
  },
  spend_per_hour: {
    kind: 'spend',
    unit: null,
    title: 'Spend per hour',
    sentence:
      'The prices of everything that runs or is being provisioned, together with those of a launch. Beyond it a launch is refused, or goes on with a warning.',
    levels: everywhere,
    per: 'subject',
  },
  spend_per_month: {
    kind: 'spend',
    unit: null,
    title: 'Spend per month',
    sentence:
      'What was used since the first of the calendar month (UTC), with what is held for everything that runs and what a launch would hold. Beyond it a launch is refused, or goes on with a warning; what runs is not ended.',
    levels: everywhere,
    per: 'subject',
  },
  allowed_skus: {
    kind: 'list',
    unit: 'sku',
    title: 'Allowed hardware',
    sentence: 'The hardware that may be launched; all of it while none is named.',
    levels: everywhere,
    per: 'everyone',
  },
  allowed_images: {
    kind: 'list',
    unit: 'image',
    title: 'Allowed images',
    sentence: 'The images that may be launched; all of them while none is named.',
    levels: everywhere,
    per: 'everyone',
  },
  allowed_regions: {
    kind: 'names',
    unit: 'region',
    title: 'Allowed regions',
    sentence:
      'Where allocations may run; anywhere while no region is named. What hardware is sold in fewer regions stays there.',
    levels: everywhere,
    per: 'everyone',
  },
  terminal_session_seconds: {
    kind: 'duration',
    unit: 'seconds',
    title: 'Terminal session',
    sentence:
      'A terminal or SSH connection ends after so long; the shell of a terminal goes on and can be opened again.',
    levels: everywhere,
    per: 'everyone',
  },
  terminal_recording: {
    kind: 'flag',
    unit: null,
    title: 'Terminal recording',
    sentence:
      'Whether what terminals show is recorded, for those who may look at it. Whoever connects is told; what they type is not recorded.',
    levels: everywhere,
    per: 'everyone',
  },
  idle_limit_seconds: {
    kind: 'duration',
    unit: 'seconds',
    title: 'Idle limit',
    sentence:
      'An allocation is released after so long without anything moving in a terminal or SSH connection of it and without computing, never sooner than five minutes after that was announced.',
    levels: everywhere,
    per: 'everyone',
  },
  mfa_required: {
    kind: 'flag',
    unit: null,
    title: 'Second factor',
    sentence: 'Whether members need a second factor to do anything beyond their own account.',
    levels: ['organization', 'platform'],
    per: 'everyone',
  },
  trial_credit: {
    kind: 'money',
    unit: null,
    title: 'Trial credit',
    sentence: 'What a new organization, which begins with the standard plan, is given at sign-up; zero gives nothing.',
    levels: ['plan', 'platform'],
    per: 'everyone',
  },
} as const satisfies Readonly<Record<string, PolicyDefinition>>;

export type PolicyName = keyof typeof policies;
export const policyNames = Object.keys(policies) as PolicyName[];

/** A limit of money, and what happens to a launch beyond it. */
export interface SpendLimit {
  readonly limit: { readonly amount: string; readonly currency: string; readonly scale: 6 };
  readonly mode: 'stop' | 'warn';
}

interface ValuesByKind {
  readonly count: number;
  readonly duration: number;
  readonly flag: boolean;
  readonly list: readonly string[];
  readonly names: readonly string[];
  readonly money: SpendLimit['limit'];
  readonly spend: SpendLimit;
}
export type PolicyValueOf<Name extends PolicyName> = ValuesByKind[(typeof policies)[Name]['kind']];
export type PolicyValue = ValuesByKind[PolicyKind];
