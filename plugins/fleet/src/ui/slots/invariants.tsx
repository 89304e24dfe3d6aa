import { StateChip } from '@portico/ui';
import type { SlotMapDetails } from '../node-words';

const looks = {
  passed: { tone: 'running', label: 'Kept' },
  warned: { tone: 'degraded', label: 'Warns' },
  failed: { tone: 'failed', label: 'Broken' },
} as const;
/** More names than this are a wall; the map and its table have all. */
const NAMES_MAX = 6;

/** The rules every map must keep, beside the picture of it. */
export function Invariants({ map }: { map: Pick<SlotMapDetails, 'invariants'> }) {
  return (
    <ul className="slot-invariants" aria-label="Rules of the map">
      {map.invariants.map(({ invariant, status, sentence, slots, devices }) => (
        <li key={invariant}>
          <StateChip {...looks[status]} />
          <div>
            <p>{sentence}</p>
            {status !== 'passed' && slots.length + devices.length > 0 && (
              <p className="pt-description">{named([...slots, ...devices])}</p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function named(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return rest > 0 ? `${names.slice(0, NAMES_MAX).join(', ')} and ${rest} more` : names.join(', ');
}
