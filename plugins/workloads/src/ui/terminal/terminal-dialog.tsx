import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { ApiError, apiClientRef } from '@portico/plugin-kit/ui';
import { Button, Dialog, Spinner, StateChip } from '@portico/ui';
import type { TerminalHandle } from '@portico/ui/terminal';
import { workloadPage } from '../pages';
import type { Workload } from '../workload-words';
import { TerminalClient } from './terminal-client';
import type { TerminalState } from './terminal-client';

const TerminalView = lazy(() => import('@portico/ui/terminal'));

/** What the state of the connection looks like, latency and cause included. */
function stateChip(state: TerminalState) {
  switch (state.kind) {
    case 'connecting':
      return <StateChip tone="progress" label="Connecting" />;
    case 'connected':
      return (
        <StateChip
          tone="running"
          label={state.latencyMilliseconds === null ? 'Connected' : `Connected · ${state.latencyMilliseconds} ms`}
        />
      );
    case 'reconnecting':
      return <StateChip tone="degraded" label={`Reconnecting: ${state.cause}`} />;
    case 'ended':
      return <StateChip tone="muted" label={state.text} />;
  }
}

/** The shell of a workload. Closing the dialog only leaves it; the shell goes on and is there on return. */
export default function TerminalDialog({ workload, onClose }: { workload: Workload; onClose: () => void }) {
  const api = useApi(apiClientRef);
  const client = useRef<TerminalClient | null>(null);
  const terminal = useRef<TerminalHandle | null>(null);
  const [state, setState] = useState<TerminalState>({ kind: 'connecting' });
  const [hasGap, setGap] = useState(false);
  const [isRecorded, setRecorded] = useState(false);
  const allocationId = workload.allocation_id;

  const begin = useCallback(
    (handle: TerminalHandle) => {
      terminal.current = handle;
      client.current?.close();
      setGap(false);
      const next = new TerminalClient({
        mintToken: () =>
          api.call(workloadPage.operations.createTerminalToken, { params: { allocation_id: allocationId } }),
        write: (bytes, drawn) => handle.write(bytes, drawn),
        reset: () => handle.reset(),
        onGap: () => setGap(true),
        onNotice: ({ code, message }) => {
          if (code === 'recorded') setRecorded(true);
          handle.write(`\u001b[2m${message}\u001b[0m\r\n`);
        },
        onState: setState,
        isFinal: error =>
          error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429
            ? error.message
            : null,
      });
      client.current = next;
      next.start(handle.size());
      handle.focus();
    },
    [api, allocationId],
  );
  useEffect(() => () => client.current?.close(), []);

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Terminal of ${workload.name}`}
      size="full"
      footer={
        <>
          {stateChip(state)}
          {isRecorded && <StateChip tone="approval" label="Recorded" />}
          {hasGap && <StateChip tone="degraded" label="Older output was not kept" />}
          {state.kind === 'ended' && (
            <Button onPress={() => terminal.current !== null && begin(terminal.current)}>Start a new shell</Button>
          )}
          <Button onPress={onClose}>Leave</Button>
        </>
      }
    >
      <Suspense fallback={<Spinner label="Opening the terminal" />}>
        <TerminalView
          label={`Shell of ${workload.name}`}
          onReady={begin}
          onInput={bytes => client.current?.input(bytes)}
          onResize={size => client.current?.resize(size)}
          isReadOnly={state.kind === 'ended'}
          autoFocus
        />
      </Suspense>
    </Dialog>
  );
}
