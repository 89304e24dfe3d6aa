import { seriesCsv } from './series-csv';

test('units are in the header, gaps are empty, instants are UTC', () => {
  const csv = seriesCsv(
    [0, 60],
    [
      { id: 'a', label: 'GPU 0', unit: '%', values: [1.5, null] },
      { id: 'b', label: 'Delta', values: [-3, 4] },
    ],
  );
  expect(csv).toBe('time,GPU 0 (%),Delta\r\n1970-01-01T00:00:00.000Z,1.5,-3\r\n1970-01-01T00:01:00.000Z,,4\r\n');
});

test('labels cannot become formulas or break the row', () => {
  expect(
    seriesCsv(
      [],
      [
        { id: 'a', label: '=cmd()', values: [] },
        { id: 'b', label: 'a,"b"', values: [] },
      ],
    ),
  ).toBe(`time,'=cmd(),"a,""b"""\r\n`);
});
