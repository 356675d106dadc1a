/** A supervised session by the pages alone: notice, chair, a held number, a hand, a vote, a server that goes away and comes back, the end. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const POOL = 'Gallium metal 2027';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A moment of this machine's time zone as a date field takes it. */
function fieldValue(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

test('[J4] an official opens a session: short notice with its reason, the chair begins it, a number is held, a hand, a vote, a restart, the end', {
  timeout: 300_000,
}, async () => {
  let server = await startServer({ SLOT_SECONDS: '86400' });
  const town = await Town.found();
  const comes = async (name: string): Promise<Person> => {
    const person = await town.person(name);
    await person.signIn(server.origin);
    await person.openPool(POOL);
    await person.page.getByRole('button', { name: 'I have read this' }).click();
    await person.page.getByRole('heading', { name: 'Before you start' }).waitFor({ state: 'detached' });
    await person.tab('Session');
    return person;
  };
  const click = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true }).click();
  const writes = async (person: Person, what: string, text: string) => {
    await click(person, `Add ${what.toLowerCase()}`);
    await person.page.getByLabel(what, { exact: true }).fill(text);
    await person.page.keyboard.press('Enter');
    await person.page.getByText(text).first().waitFor();
  };
  try {
    const eleanor = await comes('Eleanor Voss');
    const daniel = await comes('Daniel Achterberg');
    const yuki = await comes('Yuki Harrow');
    const arjun = await comes('Arjun Castellan');

    await eleanor.page.getByRole('link', { name: 'Give notice' }).click();
    await eleanor.page.getByLabel('Subject').fill('Grades and delivery');
    await eleanor.page.getByLabel('Begins').fill(fieldValue(new Date(Date.now() + 5 * 60_000)));
    await eleanor.page
      .getByLabel('Federal chair')
      .selectOption({ label: 'Daniel Achterberg, Reserve Program Office (sample)' });
    await eleanor.page.getByLabel('Why it cannot wait').fill('A port is closed');
    await eleanor.page.getByLabel('Agenda').fill('Purpose\nGrades');
    await click(eleanor, 'Give notice');
    await arjun.page.getByText('A port is closed').waitFor();

    await click(daniel, 'Open the session');
    for (const person of [eleanor, yuki, arjun]) await click(person, 'Join');
    await writes(eleanor, 'Line', 'Grades were explained');
    await arjun.page.getByText('Grades were explained').waitFor();
    await writes(eleanor, 'Line', 'One company needs 6437 kg');
    await eleanor.page.getByText('Held for the administrator').first().waitFor();

    await click(yuki, 'Raise my hand');
    await click(daniel, 'Give the floor');
    await arjun.page.getByText('A manufacturer').first().waitFor();

    await server.stop();
    server = await startServer({ SLOT_SECONDS: '86400', PORT: new URL(server.origin).port }, server.dataDir);

    await writes(eleanor, 'Motion', 'Publish the list of grades');
    await click(daniel, 'Put to the vote');
    await click(yuki, 'For');
    await click(arjun, 'For');
    await click(daniel, 'Close the vote');
    await arjun.page.getByText('Carried', { exact: true }).waitFor();
    for (const person of [daniel, arjun]) {
      const { violations } = await new AxeBuilder({ page: person.page }).withTags(RULES).analyze();
      expect(violations.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(' ')}`)).toEqual([]);
    }
    if (process.env.SHOTS) await shots(daniel, 'session');
    await click(daniel, 'Close the session');
    await arjun.page.getByText('Closed', { exact: true }).waitFor();

    const told = arjun.received.filter((text) => !text.includes('sample-demo')).join('\n');
    expect(told).not.toMatch(/\b6437\b|Bellwether|Yuki/);
    expect(
      [eleanor, daniel, yuki, arjun].flatMap(({ faults }) => faults).filter((text) => !/WebSocket/.test(text)),
    ).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(server.dataDir);
  }
});

async function shots(person: Person, name: string): Promise<void> {
  const { page } = person;
  await page.screenshot({ path: `${process.env.SHOTS}/${name}-light.png` });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${process.env.SHOTS}/${name}-dark.png` });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: `${process.env.SHOTS}/${name}-390.png` });
  await page.setViewportSize({ width: 1440, height: 900 });
}
