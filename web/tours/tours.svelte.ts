/** Whether a guided path is offered or under way. Small, as every page has it; the paths come when one starts. */
import { isMarked, mark } from '#web/state/person-marks.ts';
import type { TourId } from './tour-for.ts';

const OFFERED = 'tourOffered';

class Tours {
  running = $state<TourId | null>(null);
  /** Answered on this page, for browsers that keep nothing. */
  #isAnswered = $state(false);
  #returnTo: HTMLElement | null = null;

  /** Until a path was once started or declined by this person in this browser. */
  isOffered(userId: string): boolean {
    return !this.#isAnswered && !isMarked(userId, OFFERED);
  }

  decline(userId: string): void {
    this.#isAnswered = true;
    mark(userId, OFFERED);
  }

  /** From a menu that is closing: it first gives the keyboard back, then the path takes it. */
  startSoon(tour: TourId, userId: string): void {
    setTimeout(() => this.start(tour, userId));
  }

  start(tour: TourId, userId: string): void {
    this.decline(userId);
    const from = document.activeElement;
    this.#returnTo = from instanceof HTMLElement && from !== document.body ? from : null;
    this.running = tour;
  }

  /** The keyboard goes back to where it was, or, if that page was left, to the content of the present one. */
  end(): void {
    this.running = null;
    const back = this.#returnTo?.isConnected ? this.#returnTo : document.getElementById('content');
    this.#returnTo = null;
    back?.focus({ preventScroll: true });
  }
}

export const tours = new Tours();
