/** What people of an open pool are told must not contradict that its buyers share one sheet. */
import { expect, test } from 'vitest';
import { briefingOf } from '#domain/briefing.ts';
import { phaseLead } from '#web/lib/phase-words.ts';

test('[TK15] an open pool’s rules of talk and its page of totals speak of the sheet that its buyers share', () => {
  const [sealed, open] = [briefingOf('sealed'), briefingOf('open')];
  expect([...sealed.may, phaseLead('collect', 'sealed')].join(' ')).toMatch(/in your own sheet.*unseen by one another/);
  const words = [...open.may, ...open.mayNot, phaseLead('collect', 'open')].join(' ');
  expect(words).toMatch(/shared sheet.*what everybody reads/);
  expect(words).not.toMatch(/in your own sheet|unseen by one another|your own included/);
  // What was said out loud reaches suppliers all the same, so numbers are held in both.
  expect(open.held).toBe(sealed.held);
  expect([open.may.length, open.mayNot.length]).toEqual([sealed.may.length, sealed.mayNot.length]);
  expect(phaseLead('review', 'open')).toBe(phaseLead('review', 'sealed'));
});
