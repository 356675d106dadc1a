/** Every page as a person of the demo sees it: no accessibility violation, no error of the page, nothing wider than the window. */
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Town } from '../support/people.ts';
import { removeFolder, type ServerProcess, startServer } from '../support/server.ts';

const MINUTES = 60_000;
let server: ServerProcess;
let town: Town;
beforeAll(async () => {
  server = await startServer();
  town = await Town.found();
}, 3 * MINUTES);
afterAll(async () => {
  await town.leave();
  await server.stop();
  removeFolder(server.dataDir);
});

/** Pages by who opens them; POOL stands for the gallium pool. */
const PAGES: Record<string, string[]> = {
  'Arjun Castellan': [
    '/',
    '/POOL/demand',
    '/POOL/pool',
    '/POOL/offers',
    '/POOL/match',
    '/POOL/talk',
    '/POOL/counsel',
    '/priorities',
    '/minerals',
    '/minerals/gallium',
    '/minerals/rank',
    '/partners',
    '/partners/JP',
    '/reserve',
    '/notifications',
    '/record',
    '/people',
  ],
  'Daniel Achterberg': [
    '/review',
    '/POOL/review',
    '/POOL/match/scenarios',
    '/POOL/session',
    '/POOL/session/schedule',
    '/priorities',
    '/priorities/targets',
    '/minerals/rank',
    '/minerals/gallium/brief',
    '/partners/AU',
    '/reserve',
    '/reserve/shortfall',
  ],
  'Beatriz Halloran': [
    '/POOL/demand',
    '/POOL/demand/exact',
    '/POOL/offers',
    '/POOL/match',
    '/POOL/talk',
    '/POOL/counsel',
    '/POOL/members',
    '/POOL/members/rules',
    '/pools/new',
    '/pools/left',
    '/people/organizations',
    '/nowhere',
  ],
};
const LOOKS = {
  'light and wide': { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  'dark and narrow': { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
} as const;

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test.for(Object.entries(LOOKS))(
  '[FL5] every page is accessible and free of errors: %s',
  { timeout: 8 * MINUTES },
  async ([look, options]) => {
    const found: string[] = [];
    for (const [name, paths] of Object.entries(PAGES)) {
      const person = await town.person(name, options);
      await person.signIn(server.origin);
      const pools = await (await person.context.request.get(`${server.origin}/api/v1/pools`)).json();
      const gallium = pools.find((pool: { name: string }) => pool.name.startsWith('Gallium'));
      for (const path of paths) {
        await person.page.goto(server.origin + path.replace('/POOL', `/pools/${gallium.id}`), {
          waitUntil: 'networkidle',
        });
        await person.page.locator('h1, h2').first().waitFor();
        const { violations } = await new AxeBuilder({ page: person.page }).withTags(RULES).analyze();
        found.push(...violations.map(({ id, nodes }) => `${name} ${path}: ${id} at ${nodes[0]?.target.join(' ')}`));
        const over = Number(await person.page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
        if (over > 0) found.push(`${name} ${path}: ${over} px wider than the window`);
        if (process.env.SHOTS)
          await person.page.screenshot({ path: `test/shots/${look} ${name}${path.replaceAll('/', ' ')}.png` });
      }
      found.push(...person.faults.map((fault) => `${name}: ${fault}`));
      await person.context.close();
    }
    expect(found).toEqual([]);
  },
);
