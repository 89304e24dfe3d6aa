import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { claimAriaStyle } from './aria-style';
import { IconButton } from './button';
import { classNames } from './class-names';
import { CloseIcon } from './icons';
import type { ModalProps } from './dialog';

claimAriaStyle();

interface ModalSurfaceProps extends ModalProps {
  kind: 'dialog' | 'drawer' | 'sheet';
  role?: 'dialog' | 'alertdialog';
}

/** The part of dialogs that needs the library (focus trap, scroll lock, hiding the page); loaded when first opened. */
export default function ModalSurface(props: ModalSurfaceProps) {
  const { kind, title, children, footer, onClose, size = 'medium', isDismissable = true } = props;
  const overlay = useRef<HTMLDivElement>(null);
  return (
    <ModalOverlay
      ref={overlay}
      className={classNames('pt-overlay', `pt-overlay-${kind}`)}
      isOpen
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
      onOpenChange={isOpen => !isOpen && onClose()}
    >
      <Modal className={classNames('pt-modal', `pt-modal-${kind}`, `pt-modal-${size}`)}>
        <AriaDialog className="pt-dialog" role={props.role ?? 'dialog'}>
          <Reachable overlay={overlay} />
          <header className="pt-dialog-head">
            <Heading slot="title" level={2} className="pt-dialog-title">
              {title}
            </Heading>
            {isDismissable && <IconButton label="Close" icon={CloseIcon} size="small" onPress={onClose} />}
          </header>
          <div className="pt-dialog-body">{children}</div>
          {footer && <footer className="pt-dialog-foot">{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/**
 * Each surface makes inert what is outside of it, also a surface that comes at the same time and belongs on top of it, as when a page opens a dialog
 * and its first request asks for a confirmation. The upper one takes that back: inside of it, so that it is done before the focus moves in.
 */
function Reachable({ overlay }: { overlay: RefObject<HTMLDivElement | null> }) {
  useEffect(() => {
    if (overlay.current !== null) overlay.current.inert = false;
  }, [overlay]);
  return null;
}
