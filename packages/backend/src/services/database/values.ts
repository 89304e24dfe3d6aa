/**
 * One rule for what rows hold, whichever database they came from: a column or alias ending in `_micros` is a `bigint`, every
 * other whole number a `number`. A value no double can hold exactly throws instead of being wrong.
 */
export const MICROS_SUFFIX = '_micros';

export function exactNumber(value: bigint | string, column: string): number {
  const number = Number(value);
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER && Number.isInteger(number)) {
    throw new RangeError(
      `column "${column}" holds ${value}, which is beyond 2^53; name it with the suffix ${MICROS_SUFFIX} to read it as a bigint`,
    );
  }
  return number;
}
