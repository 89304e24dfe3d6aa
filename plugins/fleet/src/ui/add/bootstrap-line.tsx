import { useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, CodeBlock, formatDuration, Inline, LinkButton, Panel, Spinner, Stack } from '@portico/ui';
import { useEffect, useState } from 'react';
import { addNodePage } from '../pages';
import type { IssuedToken } from './bootstrap-form';

const REFETCH_MILLISECONDS = 2_000;
const CLOCK_MILLISECONDS = 1_000;
/** Newest nodes looked through: as many machines as anybody enrols at a time. */
const NEWEST_NODES = 20;

interface BootstrapLineProps {
  token: IssuedToken;
  /** What the machine will be called; null: by its host name. */
  name: string | null;
  onAnother: () => void;
}

/** The one time the line is seen; beside it, whether the machine has reported. */
export function BootstrapLine({ token, name, onAnother }: BootstrapLineProps) {
  const [issuedAt] = useState(() => Date.now());
  const left = useSecondsUntil(token.expires_at);
  const nodes = useOperation(
    addNodePage,
    'listNodes',
    { query: { limit: NEWEST_NODES } },
    { refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  // Those that were there when the line was made are not the one that is waited for; clocks of browsers are not asked.
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  const items = nodes.dataUpdatedAt > issuedAt ? nodes.data?.items : undefined;
  useEffect(() => {
    if (known === null && items !== undefined) setKnown(new Set(items.map(node => node.node_id)));
  }, [known, items]);
  const arrived = items?.find(
    node =>
      node.origin === 'administrator' &&
      (name === null ? known !== null && !known.has(node.node_id) : node.name === name),
  );
  const isOver = left <= 0 && arrived === undefined;
  return (
    <Panel title="Run this on the machine, as root">
      <Stack>
        <Banner tone="notice">
          Copy it now: it is shown this once. It works for one machine, and whoever has it can bring one in.
        </Banner>
        <CodeBlock code={token.command} label="command that enrols the machine" isWrapped />
        {arrived !== undefined ? (
          <Banner
            tone="info"
            title={`${arrived.name} has reported`}
            actions={
              <LinkButton variant="primary" size="small" to={`/admin/nodes/${arrived.node_id}`}>
                Open the node
              </LinkButton>
            }
          >
            It is being examined now.
          </Banner>
        ) : isOver ? (
          <Banner tone="warning" title="The command is not good any more">
            No machine has used it in time.
          </Banner>
        ) : (
          <div className="node-waiting" role="status">
            <Spinner label={null} />
            <span>Waiting for the machine to report.</span>
          </div>
        )}
        {arrived === undefined && !isOver && (
          <p className="pt-description pt-numeric">{`Good for another ${formatDuration(left)}.`}</p>
        )}
        <Inline>
          <Button onPress={onAnother}>Make another command</Button>
        </Inline>
      </Stack>
    </Panel>
  );
}

function useSecondsUntil(instant: string): number {
  const [now, setNow] = useState(() => Date.now());
  const end = Date.parse(instant);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((end - now) / 1000));
}
