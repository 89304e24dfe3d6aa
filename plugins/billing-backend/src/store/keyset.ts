import { decodeCursor } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';

/** What a position in one of our lists is made of; amounts travel as text because they exceed a double. */
const FORMS = {
  instant: (value: string | number) => Number.isSafeInteger(value),
  amount: (value: string | number) => /^-?[0-9]{1,18}$/.test(String(value)),
  id: (value: string | number) => /^[A-Za-z0-9_]{1,64}$/.test(String(value)),
} as const;

/** Reads a cursor whose values are about to become parameters of a statement: anybody can make one up. */
export function decodeKeyset(
  list: string,
  cursor: string,
  forms: readonly (keyof typeof FORMS)[],
): (string | number)[] {
  const values = decodeCursor(
    list,
    cursor,
    forms.map(form => (form === 'instant' ? 'number' : 'string')),
  );
  if (!forms.every((form, place) => FORMS[form](values[place] ?? ''))) throw common.fail('cursor_invalid');
  return values;
}
