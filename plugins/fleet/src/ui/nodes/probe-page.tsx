import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  CommandLine,
  EmptyState,
  Instant,
  MissingPermission,
  Panel,
  RefreshIcon,
  Stack,
  StateChip,
} from '@portico/ui';
import { fleetPermissions } from '../../contract/permissions';
import { NodeFrame } from '../node-frame';
import { checkLabels, checkLooks, MANAGE_NODES, plural } from '../node-words';
import type { NodeCheck, NodeDetails } from '../node-words';
import { nodeProbePage } from '../pages';

/** What was found when the machine was examined, and what mends it. */
export function ProbePage() {
  return <NodeFrame tab="Probe">{node => <Probe node={node} />}</NodeFrame>;
}

function Probe({ node }: { node: NodeDetails }) {
  const mayManage = useSignedIn().permissions.has(MANAGE_NODES);
  const probe = useAction(nodeProbePage, 'probeNode', { invalidates: ['getNode', 'listNodes'] });
  const params = { node_id: node.node_id };
  const { verdict } = node;
  if (node.origin === 'configuration')
    return (
      <EmptyState
        title="Nothing to examine"
        description="This node is part of the portal itself, as its configuration lists it."
      />
    );
  return (
    <Stack gap="loose">
      <Panel
        title="Verdict"
        description={
          verdict === null ? (
            'It was not examined yet.'
          ) : (
            <>
              {`${summaryOf(verdict.checks)} – `}
              <Instant at={verdict.probed_at} withSeconds />
            </>
          )
        }
        actions={
          mayManage && (
            <Button
              size="small"
              icon={RefreshIcon}
              isPending={probe.isPending}
              pendingLabel="Examining…"
              onPress={() => probe.mutate({ params })}
            >
              Probe now
            </Button>
          )
        }
        isFlush
      >
        {probe.error !== null && (
          <div className="node-inset">
            <Banner tone="failed">{probe.error.message}</Banner>
          </div>
        )}
        {verdict === null ? (
          <div className="node-inset">
            {' '}
            <EmptyState
              title="No verdict yet"
              description="Once Portico can log in, everything a node needs is looked at, from its kernel to its GPUs."
              headingLevel={3}
            />
          </div>
        ) : (
          <ul className="node-checks" aria-label="Checks">
            {verdict.checks.map(check => (
              <Check key={check.check} check={check} />
            ))}
          </ul>
        )}
      </Panel>
      {mayManage ? (
        <EquivalentCall page={nodeProbePage} name="probeNode" args={{ params }} />
      ) : (
        <MissingPermission
          permission={MANAGE_NODES}
          sentence={fleetPermissions[MANAGE_NODES]}
          grantedBy="a platform administrator"
        />
      )}
    </Stack>
  );
}

function Check({ check: { check, status, message, fix } }: { check: NodeCheck }) {
  return (
    <li className="node-check">
      <StateChip {...checkLooks[status]} />
      <div className="node-check-text">
        <strong>{checkLabels[check]}</strong>
        <p>{message}</p>
        {fix !== null && <CommandLine label={`command that mends ${checkLabels[check]}`} command={fix} />}
      </div>
    </li>
  );
}

function summaryOf(checks: readonly NodeCheck[]): string {
  const count = (status: NodeCheck['status']) => checks.filter(check => check.status === status).length;
  const [failed, warned] = [count('failed'), count('warned')];
  if (failed > 0) return `${plural(failed, 'check')} failed, so it takes no work`;
  if (warned > 0) return `Fit for work, with ${plural(warned, 'warning')}`;
  return 'Everything is as it should be';
}
