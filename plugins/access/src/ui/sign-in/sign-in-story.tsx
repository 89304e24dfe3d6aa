import { SlotMap } from '@portico/ui';
import type { SlotMapNode, SlotState } from '@portico/ui';

const GPUS_PER_DOMAIN = 4;

function node(label: string, states: readonly SlotState[]): SlotMapNode {
  const domains = [0, 1].map(numa => states.slice(numa * GPUS_PER_DOMAIN, (numa + 1) * GPUS_PER_DOMAIN));
  return {
    id: label,
    label,
    numa: domains.map((domain, numa) => ({
      id: `${label}/${numa}`,
      label: `NUMA ${numa}`,
      gpus: domain.map((state, gpu) => ({
        id: `${label}/${numa}/${gpu}`,
        label: `GPU ${gpu}`,
        slices: [{ id: `${label}/${numa}/${gpu}/0`, state }],
      })),
    })),
  };
}

const picture = [
  node('Node 1', ['held', 'held', 'free', 'free', 'yours', 'yours', 'yours', 'yours']),
  node('Node 2', ['free', 'free', 'free', 'held', 'held', 'held', 'held', 'held']),
];

const facts = [
  ['By the second', 'Billing runs from the moment a workload is active to the moment you release it.'],
  ['Side by side', 'All GPUs of a workload are on one node. You see which are free before you choose.'],
  ['With your tools', 'A terminal in the browser, and the ssh, scp and rsync you already use.'],
] as const;

/** What the portal is for, beside the form: for whoever arrives for the first time. Wide screens only; a phone shows the form. */
export function SignInStory() {
  return (
    <section className="sign-in-story" aria-label="About this portal">
      <p className="sign-in-claim">GPUs on one node, a shell on them, a price by the second.</p>
      <figure className="sign-in-picture" aria-hidden="true">
        <SlotMap label="Example" nodes={picture} variant="picture" />
      </figure>
      <dl className="sign-in-facts">
        {facts.map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
