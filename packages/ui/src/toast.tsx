import { useEffect, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { Link } from 'react-router-dom';
import { classNames } from './class-names';
import { AlertIcon, CircleCheckIcon, CircleXIcon, CloseIcon, InfoIcon, type Icon } from './icons';

export type ToastTone = 'success' | 'info' | 'warning' | 'failed';

export interface ToastOptions {
  title: string;
  description?: string;
  tone?: ToastTone;
  /** Where it went, or how to take it back. */
  action?: { label: string; to: string } | { label: string; onPress: () => void };
}

interface ToastEntry extends ToastOptions {
  key: number;
}

/** Older ones make room; nobody reads four at once. */
const TOASTS_MAX = 3;
const SHOWN_MS = 7_000;
const ICONS: Record<ToastTone, Icon> = {
  success: CircleCheckIcon,
  info: InfoIcon,
  warning: AlertIcon,
  failed: CircleXIcon,
};

let entries: readonly ToastEntry[] = [];
let lastKey = 0;
const listeners = new Set<() => void>();

function update(next: readonly ToastEntry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows a toast from anywhere and returns a function that takes it away. */
export function showToast(options: ToastOptions): () => void {
  const key = ++lastKey;
  update([...entries, { ...options, key }].slice(-TOASTS_MAX));
  return () => dismiss(key);
}

function dismiss(key: number): void {
  update(entries.filter(entry => entry.key !== key));
}

/** Feedback for an action that succeeded or failed elsewhere; an error of a form belongs beside the form. */
export function useToast(): { show: (options: ToastOptions) => () => void } {
  return TOASTS;
}
const TOASTS = { show: showToast };

/** Rendered once by `AppFrame`; render it yourself only on pages outside the frame. */
export function ToastRegion() {
  const shown = useSyncExternalStore(
    subscribe,
    () => entries,
    () => entries,
  );
  return createPortal(
    <section className="pt-toasts" aria-label="Notifications">
      {/* The live region exists before its content does, or the first toast would not be announced. */}
      <ol aria-live="polite" aria-relevant="additions">
        {shown.map(entry => (
          <ToastCard key={entry.key} entry={entry} />
        ))}
      </ol>
    </section>,
    document.body,
  );
}

function ToastCard({ entry }: { entry: ToastEntry }) {
  const tone = entry.tone ?? 'success';
  const Glyph = ICONS[tone];
  const [isHeld, setHeld] = useState(false);
  // What failed, and what offers an action, stays until it is closed (WCAG 2.2.1).
  const leavesByItself = tone !== 'failed' && !entry.action && !isHeld;
  useEffect(() => {
    if (!leavesByItself) return;
    const timer = setTimeout(() => dismiss(entry.key), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [leavesByItself, entry.key]);
  return (
    <li
      className={classNames('pt-toast', `pt-toast-${tone}`)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Glyph size={18} className="pt-toast-icon" />
      <div className="pt-toast-text">
        <strong>{entry.title}</strong>
        {entry.description && <span>{entry.description}</span>}
        {entry.action && <ToastAction action={entry.action} onDone={() => dismiss(entry.key)} />}
      </div>
      <button
        type="button"
        className="pt-input-button"
        aria-label="Dismiss notification"
        onClick={() => dismiss(entry.key)}
      >
        <CloseIcon size={14} />
      </button>
    </li>
  );
}

function ToastAction({ action, onDone }: { action: NonNullable<ToastOptions['action']>; onDone: () => void }) {
  if ('to' in action) {
    return (
      <Link className="pt-link" to={action.to} onClick={onDone}>
        {action.label}
      </Link>
    );
  }
  const press = () => {
    action.onPress();
    onDone();
  };
  return (
    <button type="button" className="pt-link" onClick={press}>
      {action.label}
    </button>
  );
}
