import { useEffect, useRef, useState } from 'react';
import { Button, IconButton, type ButtonVariant, type ControlSize } from './button';
import { classNames } from './class-names';
import { CheckIcon, CopyIcon } from './icons';

const COPIED_MS = 2_000;

/** Copies text; on plain HTTP beyond loopback there is no clipboard API, so the old selection way is the fallback. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'pt-visually-hidden';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

export interface CopyButtonProps {
  text: string;
  /** What is copied: "Copy SSH command". */
  label: string;
  /** Text beside the icon. */
  isLabelShown?: boolean;
  variant?: ButtonVariant;
  size?: ControlSize;
}

export function CopyButton({ text, label, isLabelShown, variant = 'quiet', size = 'small' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setOutcome((await copyText(text)) ? 'copied' : 'failed');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOutcome(null), COPIED_MS);
  };
  const said = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Could not copy; select the text instead' : '';
  const glyph = outcome === 'copied' ? CheckIcon : CopyIcon;
  return (
    <span className="pt-copy">
      {isLabelShown ? (
        <Button variant={variant} size={size} icon={glyph} onPress={() => void copy()}>
          {outcome === 'copied' ? 'Copied' : label}
        </Button>
      ) : (
        <IconButton label={said || label} icon={glyph} variant={variant} size={size} onPress={() => void copy()} />
      )}
      <span className="pt-visually-hidden" role="status">
        {said}
      </span>
    </span>
  );
}

export interface CodeBlockProps {
  code: string;
  label: string;
  /** Long lines wrap instead of scrolling. */
  isWrapped?: boolean;
  /** Longer code scrolls inside. */
  maxLines?: 'short' | 'long';
}

export function CodeBlock({ code, label, isWrapped, maxLines }: CodeBlockProps) {
  return (
    <figure className={classNames('pt-code', isWrapped && 'pt-wrapped', maxLines && `pt-code-${maxLines}`)}>
      {/* Scrollable regions must be reachable by keyboard, hence the tab stop. */}
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} />
    </figure>
  );
}

export interface CommandLineProps {
  command: string;
  /** "SSH command" */
  label: string;
}

/** One command, ready to paste. Pressing the text selects all of it. */
export function CommandLine({ command, label }: CommandLineProps) {
  return (
    <div className="pt-command" role="group" aria-label={label}>
      <span className="pt-prompt" aria-hidden="true">
        $
      </span>
      <code translate="no">{command}</code>
      <CopyButton text={command} label={`Copy ${label}`} />
    </div>
  );
}
