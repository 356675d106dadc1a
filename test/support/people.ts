/** People at their own browsers, for end-to-end stories: signing in through the page, opening a pool, working in a sheet by keyboard. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launch } from './browser.ts';

/** The machine that runs a full suite is busy; a person would wait this long before giving up. */
const PATIENCE_MS = 30_000;

export class Person {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything that reached this browser: bodies of answers and frames of sockets. What an insider could read. */
  readonly received: string[];
  /** Errors of the page itself. */
  readonly faults: string[];

  constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.received = [];
    this.faults = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.faults.push(String(error)));
    // An error that a page boundary caught is only said to the console.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.faults.push(message.text());
    });
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) =>
        this.received.push(typeof payload === 'string' ? payload : payload.toString('utf8')),
      ),
    );
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) return;
      response.text().then(
        (text) => this.received.push(text),
        () => {}, // the page went elsewhere before the body came
      );
    });
  }

  /** Picks this person on the sign-in page of the demo. */
  async signIn(origin: string): Promise<void> {
    await this.page.goto(`${origin}/signin`);
    await this.page.getByRole('button', { name: this.name }).click();
    await this.page.getByRole('heading', { name: 'Pools' }).waitFor();
  }

  async openPool(name: string): Promise<void> {
    await this.page.getByRole('link', { name }).first().click();
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Parts of the pool' }).getByRole('link', { name }).click();
  }

  /** A cell by its line, counted from 1, and the id of its column. */
  cell(line: number, column: string): Locator {
    return this.page.locator(`[role=row][aria-rowindex="${line + 1}"] [data-column="${column}"]`);
  }

  /** Types into a cell as a person does: click, type, Enter. */
  async type(line: number, column: string, text: string): Promise<void> {
    await this.cell(line, column).click();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for the mark that says everything is on disk. */
  async saved(): Promise<void> {
    await this.page.getByText('Saved', { exact: true }).first().waitFor();
  }

  /** The administrator's one button: says what it does, asks, and does it. */
  async advance(step: string): Promise<void> {
    await this.page.getByRole('button', { name: step }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: step }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

/** One browser, each person in a context of its own. */
export class Town {
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async found(): Promise<Town> {
    return new Town(await launch());
  }

  async person(name: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Person> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    return new Person(name, context, await context.newPage());
  }

  leave(): Promise<void> {
    return this.#browser.close();
  }
}
