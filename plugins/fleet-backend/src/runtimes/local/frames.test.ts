import fc from 'fast-check';
import { encodeFrame, FrameError, FrameReader, frameType, readJson, readOffset } from './frames';
import { FRAME_BYTES_MAX } from './limits';

it('gives back what was sent, however it was cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 });
  fc.assert(
    fc.property(payloads, fc.integer({ min: 1, max: 30 }), (sent, cut) => {
      const received: Buffer[] = [];
      const reader = new FrameReader((_type, payload) => received.push(Buffer.from(payload)));
      const bytes = Buffer.concat(sent.map(payload => encodeFrame(frameType.input, payload)));
      for (let at = 0; at < bytes.length; at += cut) reader.push(bytes.subarray(at, at + cut));
      expect(received.map(payload => payload.toString('hex'))).toEqual(
        sent.map(payload => Buffer.from(payload).toString('hex')),
      );
    }),
  );
});

it('refuses a frame larger than allowed by its header alone', () => {
  const reader = new FrameReader(() => undefined);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(FRAME_BYTES_MAX + 1);
  expect(() => reader.push(header)).toThrow(FrameError);
});

it('refuses offsets and objects that are none', () => {
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 60]) {
    const payload = Buffer.alloc(8);
    payload.writeDoubleBE(value);
    expect(() => readOffset(payload)).toThrow(FrameError);
  }
  expect(() => readOffset(Buffer.alloc(3))).toThrow(FrameError);
  for (const text of ['', '{', 'null', '1']) expect(() => readJson(Buffer.from(text))).toThrow(FrameError);
});
