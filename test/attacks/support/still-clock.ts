/** Stands in for the server's clock in tests of this folder that run the whole server: `vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'))`. */
import { HandClock } from '../../support/hand-clock.ts';

export const systemClock = new HandClock('2026-12-01T10:00:05.000Z');
