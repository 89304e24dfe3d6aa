import { isTold } from './sign-in-failures';

test('of a hundred thousand failures six are told', () => {
  const told = Array.from({ length: 100_000 }, (_, index) => index + 1).filter(isTold);
  expect(told).toEqual([1, 10, 100, 1_000, 10_000, 100_000]);
});
