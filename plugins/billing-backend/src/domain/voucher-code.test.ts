import fc from 'fast-check';
import { canonicalVoucherCode, lastFour, newVoucherCode } from './voucher-code';

describe('a voucher code', () => {
  test('is twenty characters nobody mistakes for others, and no two are alike', () => {
    const codes = Array.from({ length: 500 }, newVoucherCode);
    for (const code of codes) {
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(canonicalVoucherCode(code)).toBe(code);
    }
    expect(new Set(codes).size).toBe(codes.length);
    expect(lastFour('0000-0000-0000-0000-7QK2')).toBe('7QK2');
  });

  test.each([
    ['7qk2 0000 1111 abcd efgh', '7QK2-0000-1111-ABCD-EFGH'],
    [' 7QK2–OOoo–IiLl–ABCD–EFGH ', '7QK2-0000-1111-ABCD-EFGH'],
    ['7QK200001111ABCDEFGH', '7QK2-0000-1111-ABCD-EFGH'],
    ['7-Q-K-2-0000-1111-ABCD-EFGH', '7QK2-0000-1111-ABCD-EFGH'],
  ])('typed as %s is read as %s', (typed, code) => {
    expect(canonicalVoucherCode(typed)).toBe(code);
  });

  test.each([
    '',
    '7QK2',
    '7QK2-0000-1111-ABCD-EFGU',
    '7QK2-0000-1111-ABCD-EFGH-0',
    '7QK2_0000_1111_ABCD_EFGH',
    '٧QK2-0000-1111-ABCD-EFGH',
  ])('is not %j', typed => {
    expect(canonicalVoucherCode(typed)).toBeNull();
  });

  test('has one form, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 64 }), typed => {
        const code = canonicalVoucherCode(typed);
        if (code !== null) expect(canonicalVoucherCode(code)).toBe(code);
      }),
    );
  });
});
