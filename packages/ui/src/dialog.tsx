import { lazy, Suspense, type ReactNode } from 'react';

const ModalSurface = /* @__PURE__ */ lazy(() => import('./modal-surface'));

export interface ModalProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  /** Buttons, the primary one last. */
  footer?: ReactNode;
  size?: 'small' | 'medium' | 'large' | 'full';
  /** Off while something runs that closing would not stop. */
  isDismissable?: boolean;
}

export type DialogProps = ModalProps & { role?: 'dialog' | 'alertdialog' };
export type DrawerProps = ModalProps;

/** Modal with a focus trap; focus returns to where it came from. Escape and a press outside close it. */
export function Dialog(props: DialogProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <ModalSurface {...props} kind="dialog" />
    </Suspense>
  );
}

/** Modal at the end edge for details beside a list; fills the screen on phones. */
export function Drawer(props: DrawerProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <ModalSurface {...props} kind="drawer" />
    </Suspense>
  );
}

/** Modal at the start edge: the navigation on phones. */
export function Sheet(props: ModalProps) {
  if (!props.isOpen) return null;
  return (
    <Suspense fallback={null}>
      <ModalSurface {...props} kind="sheet" />
    </Suspense>
  );
}
