/** A whole round through the web page, from the first cell to the decision, by ten people in ten browsers. */
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, type ServerProcess, startServer } from '../support/server.ts';

const POOL = 'Gallium metal 2027';
const MINUTES = 60_000;

// One slot a day: what is published is the last release, when collection closes.
let server: ServerProcess;
let town: Town;
const people: Person[] = [];

beforeAll(async () => {
  server = await startServer({ SLOT_SECONDS: '86400' });
  town = await Town.found();
}, 3 * MINUTES);
afterAll(async () => {
  await town.leave();
  await server.stop();
  removeFolder(server.dataDir);
});

async function comes(name: string): Promise<Person> {
  const person = await town.person(name);
  people.push(person);
  await person.signIn(server.origin);
  await person.openPool(POOL);
  return person;
}

/** The large number of the panel beside the sheet. */
const total = (person: Person, value: string) => person.page.getByText(value, { exact: true }).first();

/** What one company typed or is called, that no other company's browser may ever receive. */
const SECRETS: Record<string, string[]> = {
  'Yuki Harrow': ['873', 'Bellwether', 'Yuki'],
  'Felix Moreau': ['437', 'Magpie', 'Felix'],
  'Henrik Dalloway': ['149', 'Lantern', 'Henrik'],
  'Noor Vandermeer': ['653', 'Ironbark', 'Noor'],
};

const NOTE_OF_AN_OFFER = 'Sample lot available';

/** Whole words and numbers only: ids and hashes hold digits of their own. */
const holds = (text: string, secret: string) => new RegExp(`(?<![\\w.-])${secret}(?![\\w-])`).test(text);

function expectNothingForeign(): void {
  for (const person of people.filter(({ name }) => name in SECRETS)) {
    const received = person.received.filter((text) => !text.includes('sample-demo'));
    expect(received.length).toBeGreaterThan(10);
    const foreign = Object.entries(SECRETS).flatMap(([name, secrets]) => (name === person.name ? [] : secrets));
    const leaked = foreign.filter((secret) => received.some((text) => holds(text, secret)));
    expect([person.name, leaked]).toEqual([person.name, []]);
    // The offers sheet itself, with its notes and sizes, reaches no member: they read a table that is made for them.
    expect([person.name, received.some((text) => text.includes(NOTE_OF_AN_OFFER))]).toEqual([person.name, false]);
  }
}

test('[FL1] [FL2] [J5] [J6] a round goes from the first cell to the decision through the web page, and no browser receives a competitor’s number', {
  timeout: 10 * MINUTES,
}, async () => {
  onTestFailed(async () => {
    for (const { name, page, faults } of people) {
      await page.screenshot({ path: `test/shots/${name}.png` });
      if (faults.length > 0) console.error(name, faults);
    }
  });
  // Two colleagues of one manufacturer in the same sheet.
  const arjun = await comes('Arjun Castellan');
  const mei = await comes('Mei Thornbury');
  await arjun.cell(1, 'quantity').waitFor();
  await arjun.type(1, 'quantity', '1.55 t');
  await arjun.saved();
  await mei.cell(1, 'quantity').filter({ hasText: '1,550' }).waitFor();
  await mei.cell(2, 'mineral').click();
  await mei.page.keyboard.type('gallium');
  await mei.page.keyboard.press('Enter');
  await mei.type(2, 'form', 'gallium metal, low purity');
  await mei.type(2, 'quantity', '50');
  await mei.type(2, 'period', '2027');
  await mei.type(2, 'commitment', 'firm');
  await mei.saved();
  await arjun.cell(2, '=contained').filter({ hasText: '50' }).waitFor();
  await arjun.page.getByText('Mei Thornbury').first().waitFor({ state: 'attached' });

  // Four more manufacturers change their own, unseen by one another.
  const quantities: [string, string][] = [
    ['Yuki Harrow', '873'],
    ['Felix Moreau', '437'],
    ['Henrik Dalloway', '149'],
    ['Noor Vandermeer', '653'],
  ];
  const makers: Person[] = [];
  for (const [name, quantity] of quantities) {
    const maker = await comes(name);
    makers.push(maker);
    await maker.cell(1, 'quantity').waitFor();
    await maker.type(1, 'quantity', quantity);
    await maker.saved();
  }
  const [yuki, felix] = makers as [Person, Person];
  await yuki.tab('Offers');
  await yuki.page
    .getByText(/sealed/i)
    .first()
    .waitFor();
  await yuki.tab('Demand');

  // The administrator closes collection; everybody gets the last release.
  const beatriz = await comes('Beatriz Halloran');
  const owen = await comes('Owen Tallis');
  const daniel = await comes('Daniel Achterberg');
  const eleanor = await comes('Eleanor Voss');
  await beatriz.advance('Close collection');
  // 1550 + 50 + 873 + 437 + 149 + 653 + 300 of the sixth company
  for (const person of [arjun, mei, ...makers]) await total(person, '4,010').waitFor();
  await yuki.page.getByText('Demand review').first().waitFor();
  await expect(yuki.type(1, 'quantity', '1').then(() => yuki.cell(1, 'quantity').textContent())).resolves.toContain(
    '873',
  );

  // Offers come in sealed, then they are opened.
  await beatriz.advance('Call for offers');
  await owen.tab('Offers');
  await owen.cell(1, 'capacity').waitFor();
  await owen.cell(1, 'note').click();
  await owen.page.keyboard.type(NOTE_OF_AN_OFFER);
  await owen.page.keyboard.press('Enter');
  await owen.saved();
  await beatriz.advance('Open the offers');
  await owen.page.getByText('opened at the version you see').waitFor();
  await yuki.tab('Offers');
  const offers = yuki.page.getByRole('table', { name: 'Offers of Gallium' });
  await offers.waitFor();
  expect(await offers.getByRole('row').count()).toBeGreaterThan(2);

  // The match runs, its orders are proposed.
  await beatriz.tab('Match');
  await beatriz.page.getByRole('button', { name: 'Run the match' }).click();
  await beatriz.page.getByText('Solved').first().waitFor();
  await beatriz.advance('Propose the orders');

  // An approving official reads them, approves one with a second person and returns one with a comment.
  await daniel.tab('Review');
  const waiting = daniel.page.getByRole('table', { name: 'Orders that wait for a decision' });
  await waiting.waitFor();
  const before = await waiting.getByRole('link').count();
  expect(before).toBeGreaterThan(1);
  await waiting.getByRole('link').first().click();
  await daniel.page.getByText('Why this offer').first().waitFor();
  await daniel.page.getByRole('button', { name: 'Approve' }).click();
  await daniel.page.getByText(/one person alone does not decide/).waitFor();
  await eleanor.page.goto(daniel.page.url());
  await eleanor.page.getByText('Why this offer').first().waitFor();
  await eleanor.page.getByRole('button', { name: 'Take it into review' }).click();
  await eleanor.page.getByText('Took it into review').waitFor();
  await daniel.page.getByText('Took it into review').waitFor();
  await daniel.page.getByRole('button', { name: 'Approve' }).click();
  await daniel.page.getByText('Approved').first().waitFor();
  await daniel.page.goBack();
  await waiting.getByRole('link').first().click();
  await daniel.page.getByRole('button', { name: 'Return with comment' }).click();
  await daniel.page.getByText(/Say why/).waitFor();
  await daniel.page.getByLabel('Comment').fill('Ask for a second source of feed first.');
  await daniel.page.getByRole('button', { name: 'Return with comment' }).click();
  await daniel.page.getByText('Returned').first().waitFor();

  // Each manufacturer sees its own award, and nothing of the others.
  await yuki.tab('My award');
  await yuki.page.getByText('You are awarded').waitFor();
  const saved = yuki.page.waitForEvent('download');
  await yuki.page.getByRole('button', { name: 'CSV' }).click();
  expect((await saved).suggestedFilename()).toBe(`${POOL} award.csv`);
  await felix.tab('My award');
  await felix.page.getByText('You are awarded').waitFor();

  // The record tells the story, and its chain holds.
  await daniel.page.getByRole('link', { name: 'Record' }).click();
  await daniel.page.getByRole('button', { name: 'Verify the chain' }).click();
  await daniel.page.getByText(/chain/i).first().waitFor();

  for (const person of people) expect([person.name, person.faults]).toEqual([person.name, []]);
  expectNothingForeign();
});
