/** A part of the pages that is fetched when it is first asked for, so that what most visits never open does not travel with the page. */
import type { Fault } from '#web/state/faults.ts';

const NOT_FETCHED: Fault = {
  kind: 'unreachable',
  text: 'This part of the page could not be fetched',
  remedy: 'Check your connection; nothing that you entered is lost. Then try again.',
};

export class Later<Part> {
  /** Null until it has come; it is fetched once. */
  part = $state.raw<Part | null>(null);
  fault = $state.raw<Fault | null>(null);
  readonly #load: () => Promise<{ default: Part }>;
  #isBusy = false;

  constructor(load: () => Promise<{ default: Part }>) {
    this.#load = load;
  }

  fetch = async (): Promise<void> => {
    if (this.part !== null || this.#isBusy) return;
    this.#isBusy = true;
    this.fault = null;
    try {
      this.part = (await this.#load()).default;
    } catch {
      this.fault = NOT_FETCHED;
    } finally {
      this.#isBusy = false;
    }
  };
}
