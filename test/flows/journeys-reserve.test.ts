/** The officials' first tasks by the pages alone, in one workspace: a proposal, its criteria, a cut of imports, and a lot that goes out and comes back. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const LIMIT = { timeout: 300_000 };
/** What the ledger says of the fourth story, newest first. */
const MOVEMENTS = [
  'Accepted by assay',
  'Received, awaiting assay',
  'Sent back',
  'Accepted by assay',
  'Received, awaiting assay',
  'Drawn down',
  'Entitlement granted',
  'Accepted by assay',
  'Received, awaiting assay',
];
const DAY_MS = 86_400_000;

let workspace: Workspace;
let town: Town;
const people: Person[] = [];

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  town = await Town.found();
}, 180_000);
afterAll(() => town.leave());

async function comes(name: string): Promise<Person> {
  const known = people.find((person) => person.name === name);
  if (known) return known;
  const person = await town.person(name);
  people.push(person);
  await person.signIn(workspace.origin);
  return person;
}

const go = ({ page }: Person, place: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
const click = ({ page }: Person, name: string) => page.getByRole('button', { name, exact: true }).click();
const told = (person: Person, text: string | RegExp): Promise<void> => person.page.getByText(text).first().waitFor();

/** What a card under this heading holds. */
const card = ({ page }: Person, title: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { name: title, exact: true }) });

/** Fills the open dialog's fields by their labels, and sends it. */
async function fills(person: Person, values: Record<string, string>, submit: string): Promise<void> {
  const dialog = person.page.getByRole('dialog');
  for (const [label, value] of Object.entries(values)) {
    const field = dialog.getByLabel(label);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await dialog.getByRole('button', { name: submit, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** For people who look at the pages: SHOTS=1 keeps each as on a desk, and narrow and dark. */
async function look({ page }: Person, what: string): Promise<void> {
  if (!process.env.SHOTS) return;
  await page.screenshot({ path: `test/shots/${what} wide.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `test/shots/${what} narrow.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1440, height: 900 });
}

function picturesOfFailure(): void {
  onTestFailed(async () => {
    for (const { name, page } of people) await page.screenshot({ path: `test/shots/${name}.png` });
  });
}
const faultless = () => expect(people.flatMap(({ name, faults }) => faults.map((fault) => [name, fault]))).toEqual([]);
const dayFrom = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

test(
  '[J1] a manufacturer proposes a mineral with its evidence, an official sees it come in and gives it a tier and a maximum',
  LIMIT,
  async () => {
    picturesOfFailure();
    const arjun = await comes('Arjun Castellan');
    const eleanor = await comes('Eleanor Voss');
    for (const person of [arjun, eleanor]) {
      await go(person, 'Priorities');
      await person.page.locator('[data-save=saved]').waitFor();
    }
    // The line after the twelve of the sample is empty.
    const LINE = 13;
    await arjun.cell(LINE, 'mineral').click();
    await arjun.page.keyboard.type('indium');
    await arjun.page.keyboard.press('Enter');
    await arjun.type(LINE, 'form', 'indium metal');
    await arjun.type(LINE, 'evidence', 'Refined abroad almost alone, USGS summary');
    await arjun.type(LINE, 'endUse', 'Display coatings');
    await arjun.saved();
    await look(arjun, 'J1 manufacturer');

    await eleanor.cell(LINE, 'mineral').filter({ hasText: 'Indium' }).waitFor();
    await eleanor.cell(LINE, 'evidence').filter({ hasText: 'Refined abroad' }).waitFor();
    await look(eleanor, 'J1 official');
    await eleanor.type(LINE, 'tier', '2');
    await eleanor.type(LINE, 'maximum', '9 t');
    await eleanor.saved();
    await arjun.cell(LINE, 'tier').filter({ hasText: '2' }).waitFor();
    await arjun.cell(LINE, 'maximum').filter({ hasText: '9' }).waitFor();
    await arjun.cell(LINE, '=contained').filter({ hasText: '9,000' }).waitFor();

    // With a tier it is no proposal any more: its product stays, its evidence is still the company's to keep.
    await arjun.type(LINE, 'form', 'x');
    await arjun
      .cell(LINE, 'form')
      .filter({ hasText: /indium metal/i })
      .waitFor();
    await arjun.type(LINE, 'endUse', 'Display coatings, solders');
    await eleanor.cell(LINE, 'endUse').filter({ hasText: 'solders' }).waitFor();
    faultless();
  },
);

test(
  '[J2] an official reads what a score rests on, moves a weight, is told why the rank changed, and saves the weights for everybody with a reason',
  LIMIT,
  async () => {
    picturesOfFailure();
    const eleanor = await comes('Eleanor Voss');
    const arjun = await comes('Arjun Castellan');
    const { page } = eleanor;
    await go(eleanor, 'Minerals');
    await page.getByRole('link', { name: 'Rank by criteria' }).click();
    const rank = card(eleanor, 'Rank of minerals').getByRole('table');
    const row = rank.getByRole('row').filter({ has: page.getByRole('link', { name: /indium/i }) });
    await row.waitFor();
    const before = await row.getByRole('cell').first().innerText();
    await look(eleanor, 'J2 rank');

    await page.getByRole('slider', { name: 'Import dependence' }).focus();
    await page.keyboard.press('End');
    await told(eleanor, 'Your own weights. Only this browser knows them.');
    await row.getByText(new RegExp(`^(up|down) from ${before}, by import dependence$`)).waitFor();
    expect(await row.getByRole('cell').first().innerText()).not.toBe(before);
    await page.getByLabel('Reason for the new weights').fill('What is not made here comes first');
    await look(eleanor, 'J2 own weights');
    await click(eleanor, 'Save for the program');
    await told(eleanor, 'The program’s weights, version 1.');
    await page.getByText('Versions', { exact: true }).click();
    await told(eleanor, /What is not made here comes first/);

    await row.getByRole('link').click();
    const criteria = card(eleanor, 'By the letter’s criteria');
    await criteria.getByText(/^\d+ facts? on import dependence$/).click();
    await criteria.getByRole('columnheader', { name: 'Source' }).first().waitFor();
    await look(eleanor, 'J2 mineral');
    await page.getByRole('link', { name: 'Priority brief' }).click();
    await told(eleanor, /the program’s weights, version 1/);
    await look(eleanor, 'J2 brief');

    await go(arjun, 'Minerals');
    await arjun.page.getByRole('link', { name: 'Rank by criteria' }).click();
    await told(arjun, 'The program’s weights, version 1.');
    faultless();
  },
);

test(
  '[J3] an official runs a sixty-day cut on the page, reads what is missing and what closes it, and puts the run on the record',
  LIMIT,
  async () => {
    picturesOfFailure();
    const eleanor = await comes('Eleanor Voss');
    const { page } = eleanor;
    await go(eleanor, 'Reserve');
    await page.getByRole('link', { name: 'Shortfall scenarios' }).click();
    await page.getByRole('button', { name: 'Gallium', exact: true }).waitFor();
    await look(eleanor, 'J3 first');
    await page.getByLabel('What happens').selectOption('No imports for some days');
    await page.getByRole('button', { name: 'Gallium', exact: true }).click();
    await page.getByLabel('Days without imports').fill('90');
    await told(eleanor, /^4\.68 t needed in 90 days/);
    await page.getByLabel('Days without imports').fill('60');
    await page.getByRole('columnheader', { name: '60-day cut' }).waitFor();
    // 19 t a year, none of it from home.
    await told(eleanor, /^3\.12 t needed in 60 days; 0 t delivered, 3\.12 t missing after stock/);
    expect(await card(eleanor, 'Ways to close it').getByRole('row').count()).toBeGreaterThan(1);
    await look(eleanor, 'J3 cut');
    await click(eleanor, 'Put this run on the record');
    await told(eleanor, 'The run is on the record');
    await go(eleanor, 'Record');
    await told(eleanor, /^Ran the scenario “60-day cut of imports” for \d+ minerals/);
    faultless();
  },
);

test(
  '[J7] a lot comes in and is assayed, a company draws it down, a second official releases it, it is replenished; what is late and the ledger show it',
  LIMIT,
  async () => {
    picturesOfFailure();
    const eleanor = await comes('Eleanor Voss');
    const daniel = await comes('Daniel Achterberg');
    const arjun = await comes('Arjun Castellan');
    const enters = async (kg: string, values: Record<string, string>) => {
      await click(eleanor, 'Enter a lot');
      const product = eleanor.page.getByRole('dialog').getByLabel('Product');
      await product.selectOption('gallium:ga-metal-6n');
      const given = { Amount: kg, 'Delivered by': 'Sample supplier', 'Stored at': 'Depot 1', ...values };
      await fills(eleanor, given, 'Enter the lot');
    };
    const assays = async (lot: string, values: Record<string, string> = {}) => {
      await card(eleanor, 'Lots')
        .getByRole('row')
        .filter({ hasText: lot })
        .getByRole('button', { name: 'Assay' })
        .click();
      await fills(eleanor, { Certificate: `Certificate of ${lot}`, ...values }, 'Enter the assay');
    };
    const balance = (column: string) => card(eleanor, 'Balances').locator(`[data-label="${column}"]`);

    // Somebody who is new: nothing there yet, on either side.
    await go(arjun, 'Reserve');
    await told(arjun, 'Your company has no account with the reserve');
    await look(arjun, 'J7 no account');
    await click(arjun, 'Open an account');
    await told(arjun, 'None yet.');
    await go(eleanor, 'Reserve');
    await told(eleanor, 'Nothing has come in yet.');
    await look(eleanor, 'J7 empty');

    // A lot whose day of rotation has passed is late as soon as it counts as stock.
    await enters('100', { 'To be rotated by': dayFrom(-10) });
    await look(eleanor, 'J7 quarantine');
    await assays('Lot 1');
    await balance('In stock').filter({ hasText: '100 kg' }).waitFor();
    await told(eleanor, /Rotation: Lot 1, due .*, \d+ days late/);
    await click(eleanor, 'Grant');
    await eleanor.page.getByRole('dialog').getByLabel('Product').selectOption('gallium:ga-metal-6n');
    await eleanor.page.getByRole('dialog').getByLabel('Company').selectOption({ index: 1 });
    await look(eleanor, 'J7 grant');
    await fills(eleanor, { Amount: '60' }, 'Grant it');
    await balance('Entitlements').filter({ hasText: '60 kg' }).waitFor();

    // The company asks.
    await arjun.page.reload();
    await click(arjun, 'Ask for a drawdown');
    await arjun.page.getByRole('dialog').getByLabel('Product').selectOption({ index: 1 });
    await look(arjun, 'J7 ask');
    await fills(arjun, { Amount: '40', 'What it is needed for': 'A furnace failed' }, 'Ask for it');
    await card(arjun, 'Drawdowns').getByText('A furnace failed').waitFor();
    await look(arjun, 'J7 asked');

    // One official approves it, and is told who releases it; an approving one does.
    await eleanor.page.reload();
    await card(eleanor, 'Drawdowns').getByText('1 waits for a decision.').waitFor();
    await click(eleanor, 'Approve');
    await fills(eleanor, {}, 'Approve');
    await told(eleanor, 'An approving official releases it.');
    expect(await eleanor.page.getByRole('button', { name: 'Release', exact: true }).count()).toBe(0);
    await look(eleanor, 'J7 approved');
    await go(daniel, 'Reserve');
    await click(daniel, 'Release');
    await fills(daniel, { 'To be replenished by': dayFrom(90) }, 'Release');
    const drawdown = (person: Person) =>
      card(person, 'Drawdowns').getByRole('row').filter({ hasText: 'A furnace failed' });
    await drawdown(daniel).getByText('To be replenished').waitFor();
    await drawdown(daniel).locator('[data-label="Owed"]').filter({ hasText: '40 kg' }).waitFor();
    await look(daniel, 'J7 released');
    await arjun.page.reload();
    await drawdown(arjun).locator('[data-label="Owed"]').filter({ hasText: '40 kg' }).waitFor();

    // It comes back in kind, and what the assay turns down is owed again.
    await eleanor.page.reload();
    await balance('To be replenished').filter({ hasText: '40 kg' }).waitFor();
    await balance('In stock').filter({ hasText: '60 kg' }).waitFor();
    const replenishes = (owed: string) => `Replenishes drawdown 1 of Nine Elms RF Devices (sample) (${owed} kg owed)`;
    await enters('40', { 'What it is': replenishes('40') });
    await drawdown(eleanor).getByText('40 kg await their assay').waitFor();
    await assays('Lot 2', { Accepted: '38' });
    await drawdown(eleanor).locator('[data-label="Owed"]').filter({ hasText: '2 kg' }).waitFor();
    await enters('2', { 'What it is': replenishes('2') });
    await assays('Lot 3');
    await drawdown(eleanor).getByText('Closed').waitFor();
    await balance('In stock').filter({ hasText: '100 kg' }).waitFor();
    await balance('To be replenished')
      .filter({ hasText: /^0 kg$/ })
      .waitFor();

    // Late is only what is late, and the ledger has every movement.
    expect(
      await eleanor.page
        .getByRole('listitem')
        .filter({ hasText: / late$/ })
        .allInnerTexts(),
    ).toEqual([expect.stringMatching(/^Rotation: Lot 1, due .*, \d+ days late$/)]);
    await card(eleanor, 'Ledger').getByRole('row').filter({ hasText: 'Certificate of Lot 3' }).waitFor();
    const movements = await card(eleanor, 'Ledger').locator('tbody th').allInnerTexts();
    expect(movements.map((text) => text.split('\n')[0])).toEqual(MOVEMENTS);
    await look(eleanor, 'J7 closed');
    await arjun.page.reload();
    await drawdown(arjun).getByText('Closed').waitFor();
    await look(arjun, 'J7 company closed');
    faultless();
  },
);
