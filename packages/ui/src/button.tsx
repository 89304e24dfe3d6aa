import { forwardRef, type MouseEvent, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { classNames } from './class-names';
import type { Icon } from './icons';
import { Spinner } from './loading';
import { Tooltip } from './tooltip';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ControlSize = 'small' | 'medium' | 'large';

export interface ButtonProps {
  children: ReactNode;
  variant?: ButtonVariant;
  size?: ControlSize;
  type?: 'button' | 'submit';
  icon?: Icon;
  /** Icon after the text. */
  iconEnd?: Icon;
  /** Keeps focus and width, shows a spinner and ignores presses: a pending action is announced, not removed. */
  isPending?: boolean;
  pendingLabel?: string;
  isDisabled?: boolean;
  /** Fills its container; for forms and phones. */
  isFullWidth?: boolean;
  onPress?: (event: MouseEvent<HTMLButtonElement>) => void;
  form?: string;
  autoFocus?: boolean;
  id?: string;
  'aria-describedby'?: string;
  'aria-expanded'?: boolean;
  'aria-haspopup'?: 'menu' | 'dialog';
  'aria-controls'?: string;
}

export const Button = /* @__PURE__ */ forwardRef<HTMLButtonElement, ButtonProps>(function Button(props, ref) {
  const {
    children,
    variant = 'secondary',
    size = 'medium',
    type = 'button',
    icon: IconStart,
    iconEnd: IconEnd,
  } = props;
  const { isPending = false, pendingLabel, isDisabled, isFullWidth, onPress, ...rest } = props;
  return (
    <button
      ref={ref}
      type={type}
      className={classNames('pt-button', `pt-button-${variant}`, `pt-size-${size}`, isFullWidth && 'pt-full')}
      disabled={isDisabled}
      aria-disabled={isPending || undefined}
      aria-busy={isPending || undefined}
      onClick={event => (isPending ? event.preventDefault() : onPress?.(event))}
      {...domProps(rest)}
    >
      {isPending ? <Spinner label={null} /> : IconStart && <IconStart size={16} />}
      <span className="pt-button-text">{isPending && pendingLabel ? pendingLabel : children}</span>
      {IconEnd && <IconEnd size={16} />}
    </button>
  );
});

/** Only what is meant for the element; React warns about the rest. */
function domProps(props: Partial<ButtonProps>) {
  const { form, autoFocus, id } = props;
  return {
    form,
    autoFocus,
    id,
    'aria-describedby': props['aria-describedby'],
    'aria-expanded': props['aria-expanded'],
    'aria-haspopup': props['aria-haspopup'],
    'aria-controls': props['aria-controls'],
  };
}

export interface LinkButtonProps {
  children: ReactNode;
  /** In-app path, or a full address with `isExternal`. */
  to: string;
  variant?: ButtonVariant;
  size?: ControlSize;
  icon?: Icon;
  iconEnd?: Icon;
  isFullWidth?: boolean;
  isExternal?: boolean;
  /** File name for a download link. */
  download?: string;
}

/** Looks like a button, is a link: goes somewhere, can be opened in a new tab. */
export function LinkButton(props: LinkButtonProps) {
  const { children, to, variant = 'secondary', size = 'medium', icon: IconStart, iconEnd: IconEnd } = props;
  const className = classNames('pt-button', `pt-button-${variant}`, `pt-size-${size}`, props.isFullWidth && 'pt-full');
  const content = (
    <>
      {IconStart && <IconStart size={16} />}
      <span className="pt-button-text">{children}</span>
      {IconEnd && <IconEnd size={16} />}
    </>
  );
  if (props.isExternal || props.download !== undefined) {
    const external = props.isExternal ? { target: '_blank', rel: 'noreferrer' } : {};
    return (
      <a className={className} href={to} download={props.download} {...external}>
        {content}
      </a>
    );
  }
  return (
    <Link className={className} to={to}>
      {content}
    </Link>
  );
}

export interface IconButtonProps {
  /** Accessible name and tooltip. */
  label: string;
  icon: Icon;
  variant?: ButtonVariant;
  size?: ControlSize;
  isDisabled?: boolean;
  isPending?: boolean;
  isPressed?: boolean;
  onPress?: (event: MouseEvent<HTMLButtonElement>) => void;
  'aria-expanded'?: boolean;
  'aria-haspopup'?: 'menu' | 'dialog';
  'aria-controls'?: string;
}

export const IconButton = /* @__PURE__ */ forwardRef<HTMLButtonElement, IconButtonProps>(
  function IconButton(props, ref) {
    const { label, icon: Glyph, variant = 'quiet', size = 'medium', isDisabled, isPending, isPressed, onPress } = props;
    return (
      <Tooltip text={label} isName>
        <button
          ref={ref}
          type="button"
          className={classNames('pt-button', 'pt-icon-button', `pt-button-${variant}`, `pt-size-${size}`)}
          aria-label={label}
          aria-pressed={isPressed}
          aria-expanded={props['aria-expanded']}
          aria-haspopup={props['aria-haspopup']}
          aria-controls={props['aria-controls']}
          aria-busy={isPending || undefined}
          disabled={isDisabled}
          onClick={event => (isPending ? event.preventDefault() : onPress?.(event))}
        >
          {isPending ? <Spinner label={null} /> : <Glyph size={16} />}
        </button>
      </Tooltip>
    );
  },
);
