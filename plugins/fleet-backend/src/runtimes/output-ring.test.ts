import fc from 'fast-check';
import { OutputRing } from './output-ring';

it('holds the last bytes written, at their offsets, whatever the pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      pieces,
      (capacity, initial, chunks) => {
        const ring = new OutputRing(capacity, Math.min(initial, capacity));
        let all = Buffer.alloc(0);
        for (const chunk of chunks) {
          ring.append(chunk);
          all = Buffer.concat([all, chunk]);
          expect(ring.endSeq).toBe(all.length);
          expect(ring.endSeq - ring.startSeq).toBe(Math.min(all.length, capacity));
          const read: Buffer[] = [];
          for (let seq = ring.startSeq; seq < ring.endSeq;) {
            const view = ring.view(seq, 7);
            read.push(Buffer.from(view));
            seq += view.length;
          }
          expect(Buffer.concat(read).equals(all.subarray(ring.startSeq))).toBe(true);
        }
      },
    ),
  );
});
