import { cloneElement, useEffect, useId, useRef, useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';

export interface TooltipProps {
  text: string;
  /** One focusable element; a tooltip on something that cannot be focused is out of reach for keyboards. */
  children: ReactElement;
  /** The text repeats the accessible name, so it is not announced a second time as a description. */
  isName?: boolean;
}

/** Long enough that moving across a toolbar does not flash, short enough to feel deliberate. */
const OPEN_DELAY_MS = 350;
const CLOSE_DELAY_MS = 120;
const GAP_PX = 6;
const EDGE_PX = 8;

/** Shown on hover and keyboard focus, stays while hovered, closed by Escape (WCAG 1.4.13). */
export function Tooltip({ text, children, isName = false }: TooltipProps) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const bubble = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const [isOpen, setOpen] = useState(false);

  const schedule = (open: boolean, delay: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(open), delay);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  useEffect(() => {
    if (!isOpen) return;
    place(anchor.current, bubble.current);
    const close = () => setOpen(false);
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close();
    document.addEventListener('keydown', onKey);
    window.addEventListener('scroll', close, { capture: true, passive: true });
    return () => {
      document.removeEventListener('keydown', onKey);
      window.removeEventListener('scroll', close, { capture: true });
    };
  }, [isOpen]);

  return (
    <span
      ref={anchor}
      className="pt-tooltip-anchor"
      onPointerEnter={event => event.pointerType !== 'touch' && schedule(true, OPEN_DELAY_MS)}
      onPointerLeave={() => schedule(false, CLOSE_DELAY_MS)}
      onPointerDown={() => schedule(false, 0)}
      onFocus={event => event.target.matches(':focus-visible') && schedule(true, 0)}
      onBlur={() => schedule(false, 0)}
    >
      {isOpen && !isName ? cloneElement(children, { 'aria-describedby': id }) : children}
      {isOpen &&
        createPortal(
          <div
            ref={bubble}
            id={id}
            role="tooltip"
            className="pt-tooltip"
            onPointerEnter={() => schedule(true, 0)}
            onPointerLeave={() => schedule(false, CLOSE_DELAY_MS)}
          >
            {text}
          </div>,
          document.body,
        )}
    </span>
  );
}

/** Below the anchor, above it when there is no room, and never over the edge of the window. */
function place(anchor: HTMLElement | null, bubble: HTMLElement | null) {
  const target = anchor?.firstElementChild ?? anchor;
  if (!target || !bubble) return;
  const box = target.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const below = box.bottom + GAP_PX;
  const top = below + height > window.innerHeight - EDGE_PX ? box.top - GAP_PX - height : below;
  const centred = box.left + box.width / 2 - width / 2;
  const left = Math.max(EDGE_PX, Math.min(centred, window.innerWidth - EDGE_PX - width));
  bubble.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
