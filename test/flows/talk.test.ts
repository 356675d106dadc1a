/** People of a sealed pool talk to each other: what is said by hand must not carry a number past the administrator. */
import { expect, test } from 'vitest';
import { type Person, Town } from '../support/people.ts';
import { removeFolder, startServer } from '../support/server.ts';

const POOL = 'Gallium metal 2027';

test('[FL7] a number typed into talk reaches the administrator and nobody else until it is shown; purpose and rules are read first', {
  timeout: 300_000,
}, async () => {
  const server = await startServer({ SLOT_SECONDS: '86400' });
  const town = await Town.found();
  const comes = async (name: string): Promise<Person> => {
    const person = await town.person(name);
    await person.signIn(server.origin);
    await person.openPool(POOL);
    await person.page.getByRole('heading', { name: 'Before you start' }).waitFor();
    await person.page.getByRole('button', { name: 'I have read this' }).click();
    await person.page.getByRole('heading', { name: 'Before you start' }).waitFor({ state: 'detached' });
    await person.tab('Talk');
    return person;
  };
  const say = async (person: Person, text: string) => {
    await person.page.getByLabel('Say something to the pool').fill(text);
    await person.page.keyboard.press('Enter');
    await person.page.getByText(text).waitFor();
  };
  try {
    const yuki = await comes('Yuki Harrow');
    const felix = await comes('Felix Moreau');
    const beatriz = await comes('Beatriz Halloran');
    await say(yuki, 'Could delivery move to 2027-Q3?');
    const messages = felix.page.getByRole('list', { name: 'Messages' });
    await messages.getByText('Could delivery move to 2027-Q3?').waitFor();
    await messages.getByText('A manufacturer').waitFor();

    await say(yuki, 'We would take 6437 of it');
    await yuki.page.getByText('Held for the administrator').first().waitFor();
    await say(beatriz, 'Thank you, noted.');
    await messages.getByText('Thank you, noted.').waitFor();

    await beatriz.page.getByRole('button', { name: 'Keep back' }).click();
    await beatriz.page.getByLabel('Why it cannot be shown').fill('that is a quantity of one company');
    await beatriz.page.getByRole('button', { name: 'Keep back' }).click();
    await yuki.page.getByText('that is a quantity of one company').waitFor();
    await say(beatriz, 'Next subject, please.');
    await messages.getByText('Next subject, please.').waitFor();
    expect(felix.received.some((text) => !text.includes('sample-demo') && /\b6437\b|Bellwether|Yuki/.test(text))).toBe(
      false,
    );
    expect([...yuki.faults, ...felix.faults, ...beatriz.faults]).toEqual([]);
  } finally {
    await town.leave();
    await server.stop();
    removeFolder(server.dataDir);
  }
});
