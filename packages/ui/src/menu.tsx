import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton, type ButtonVariant, type ControlSize } from './button';
import { ChevronDownIcon, MoreIcon, type Icon } from './icons';

const loadPopover = () => import('./menu-popover');
const MenuPopover = /* @__PURE__ */ lazy(loadPopover);

export interface MenuItem {
  id: string;
  label: string;
  description?: string;
  icon?: Icon;
  /** Goes somewhere; otherwise `onAction` runs. */
  to?: string;
  onAction?: () => void;
  isDanger?: boolean;
  isSelected?: boolean;
  /** Stays in the menu, cannot be chosen, and says why. */
  disabledReason?: string | null;
}

export interface MenuSection {
  title?: string;
  items: readonly MenuItem[];
}

export interface MenuProps {
  /** Accessible name; also the text of the button unless `trigger` is `icon`. */
  label: string;
  sections: readonly MenuSection[];
  trigger?: 'icon' | 'button';
  /** Content of the button, when more than the label. */
  children?: ReactNode;
  icon?: Icon;
  variant?: ButtonVariant;
  size?: ControlSize;
}

/** A button with a menu. The list behind it is fetched when a pointer or focus comes near, not with the page. */
export function Menu(props: MenuProps) {
  const { label, sections, trigger = 'icon', variant, size } = props;
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const shared = { 'aria-haspopup': 'menu', 'aria-expanded': isOpen, onPress: () => setOpen(!isOpen), size } as const;
  return (
    <span className="pt-menu-anchor" onPointerEnter={() => void loadPopover()} onFocus={() => void loadPopover()}>
      {trigger === 'icon' ? (
        <IconButton ref={anchor} label={label} icon={props.icon ?? MoreIcon} variant={variant ?? 'quiet'} {...shared} />
      ) : (
        <Button ref={anchor} variant={variant ?? 'secondary'} icon={props.icon} iconEnd={ChevronDownIcon} {...shared}>
          {props.children ?? label}
        </Button>
      )}
      {isOpen && (
        <Suspense fallback={null}>
          <MenuPopover label={label} sections={sections} anchor={anchor} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  );
}
