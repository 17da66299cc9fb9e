import t from 'tap';
import { z } from 'zod';
import { writtenBy } from '../../src/http/written.js';

t.test(
  'an answer is written as declared, by all routes that answer so, and what cannot be is told when it is written',
  async (t) => {
    const Answer = z.object({ gap: z.string(), known: z.boolean() });
    const [one, other] = [writtenBy(Answer), writtenBy(Answer)];
    t.equal(one({ known: true, gap: '0.00', secret: 'x' }), '{"gap":"0.00","known":true}');
    t.equal(other({ gap: '1.00', known: false }), '{"gap":"1.00","known":false}');
    t.throws(() => other({ known: false }), /"gap" is required/);
    const unwritable = writtenBy(z.object({ when: z.date() }));
    t.throws(() => unwritable({ when: 1 }), /Date cannot be represented/);
  },
);
