import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { loadStepUpDialog } from '@portico/plugin-access/ui';
import { requestState } from './request-state';

const StepUpDialog = lazy(loadStepUpDialog);

/**
 * Asks whoever is signed in to confirm that it is them, when an operation wants to know; the client waits for the answer and repeats the request. Requests that
 * ask at the same time wait for the same answer.
 */
export function StepUpHost() {
  const [isAsked, setAsked] = useState(false);
  const waiting = useRef<((isConfirmed: boolean) => void)[]>([]);
  const answer = (isConfirmed: boolean) => {
    setAsked(false);
    for (const resolve of waiting.current.splice(0)) resolve(isConfirmed);
  };
  const latest = useRef(answer);
  latest.current = answer;
  useEffect(() => {
    requestState.whenProofWanted(
      () =>
        new Promise(resolve => {
          waiting.current.push(resolve);
          setAsked(true);
        }),
    );
    return () => {
      requestState.whenProofWanted(async () => false);
      latest.current(false);
    };
  }, []);
  if (!isAsked) return null;
  return (
    <Suspense fallback={null}>
      <StepUpDialog onDone={answer} />
    </Suspense>
  );
}
