/**
 * react-aria injects a `<style>` element with one rule unless an element with its id is there. The content security policy
 * refuses injected styles, base.css has the rule, and this puts the id there.
 */
const ID = 'react-aria-pressable-style';

export function claimAriaStyle(): void {
  if (document.getElementById(ID)) return;
  const marker = document.createElement('meta');
  marker.id = ID;
  document.head.append(marker);
}
