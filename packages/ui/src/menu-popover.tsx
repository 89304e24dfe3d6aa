import type { RefObject } from 'react';
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaItem,
  MenuSection as AriaSection,
  Popover,
  Text,
} from 'react-aria-components';
import { useNavigate } from 'react-router-dom';
import { claimAriaStyle } from './aria-style';
import { classNames } from './class-names';
import { CheckIcon } from './icons';
import type { MenuItem, MenuSection } from './menu';

claimAriaStyle();

interface MenuPopoverProps {
  label: string;
  sections: readonly MenuSection[];
  anchor: RefObject<HTMLButtonElement>;
  onClose: () => void;
}

/** The list of a menu: type-ahead, arrow keys and focus return come from the library. */
export default function MenuPopover({ label, sections, anchor, onClose }: MenuPopoverProps) {
  const navigate = useNavigate();
  const run = (item: MenuItem) => {
    if (item.to) navigate(item.to);
    else item.onAction?.();
  };
  return (
    <Popover
      className="pt-popover"
      triggerRef={anchor}
      isOpen
      placement="bottom end"
      offset={4}
      onOpenChange={isOpen => !isOpen && onClose()}
    >
      <AriaMenu className="pt-menu" aria-label={label} autoFocus="first" onClose={onClose}>
        {sections.map((section, index) => (
          <AriaSection key={index} className="pt-menu-section" aria-label={section.title ?? label}>
            {section.title && <Header className="pt-menu-title">{section.title}</Header>}
            {section.items.map(item => (
              <AriaItem
                key={item.id}
                id={item.id}
                textValue={item.label}
                isDisabled={Boolean(item.disabledReason)}
                className={classNames('pt-menu-item', item.isDanger && 'pt-danger')}
                onAction={() => run(item)}
              >
                {item.icon && <item.icon size={16} />}
                <span className="pt-menu-text">
                  <Text slot="label">{item.label}</Text>
                  {(item.disabledReason ?? item.description) && (
                    <Text slot="description" className="pt-description">
                      {item.disabledReason ?? item.description}
                    </Text>
                  )}
                </span>
                {item.isSelected && (
                  <>
                    <span className="pt-visually-hidden">(current)</span>
                    <CheckIcon size={16} className="pt-menu-check" />
                  </>
                )}
              </AriaItem>
            ))}
          </AriaSection>
        ))}
      </AriaMenu>
    </Popover>
  );
}
