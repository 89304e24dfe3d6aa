import { nameSchema } from './schemas';

const name = new RegExp(nameSchema.pattern, 'u');

test.each(['a', 'Training run 7', ' a ', 'Größe', '训练'])('%p is a name', text => {
  expect(name.test(text)).toBe(true);
});

// A database refuses the first of them, a terminal obeys the others.
test.each(['', ' ', '\u00a0', 'a\u0000b', '\u0000', '\u001b', 'a\u001b', 'one\ntwo', '\u007f', '\u00a0\u007f'])(
  '%p is no name',
  text => {
    expect(name.test(text)).toBe(false);
  },
);
