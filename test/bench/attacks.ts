/**
 * `npm run bench:attacks`: random sessions published in four ways, each attacked by every pair of members; what the worst pair learns, and how much
 * was still published. `--json` prints the figures; `--sessions 40` and `--seed 1` choose the sessions. The last table is in docs/disclosure.md.
 */
import { parseArgs } from 'node:util';
import { worstOf } from '../attacks/attacker/intervals.ts';
import { amountNamed, POLICIES, type Policy, publish } from '../attacks/support/policies.ts';
import { randomSession, SLOTS } from '../attacks/support/sessions.ts';

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [count, first] = [Number(options.sessions), Number(options.seed)];
const sessions = Array.from({ length: count }, (_, i) => randomSession(first + i));

interface Row {
  policy: Policy;
  /** Sessions in which some pair had a number of somebody else exactly, or within 20 percent. */
  exact: number;
  recovered: number;
  /** Narrowest interval of all, by the true number. */
  worst: number;
  median: number;
  /** New totals by session, in 40 slots. */
  releases: number;
  /** Share of the cells with demand that had a value. */
  cells: number;
}

const EXACT = 1e-6;
const middle = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const rows = POLICIES.map((policy): Row => {
  const found = sessions.map((session) => {
    const { sights, newTotals, cellsShown } = publish(session, policy);
    // One exact number settles a session; where there is none, every number of every pair is looked at.
    const { width } = worstOf(sights, amountNamed, { isEnough: (narrowest) => narrowest < EXACT });
    return { width, newTotals, cellsShown };
  });
  return {
    policy,
    exact: found.filter(({ width }) => width < EXACT).length,
    recovered: found.filter(({ width }) => width < 0.2).length,
    worst: Math.min(...found.map(({ width }) => width)),
    median: middle(found.map(({ width }) => width)),
    releases: found.reduce((sum, { newTotals }) => sum + newTotals, 0) / count,
    cells: found.reduce((sum, { cellsShown }) => sum + cellsShown, 0) / count,
  };
});

const percent = (share: number): string => (share < EXACT ? 'exact' : `${Math.round(share * 100)} %`);
if (options.json) console.log(JSON.stringify({ seeds: [first, first + count - 1], slots: SLOTS, rows }, null, 2));
else {
  console.log(`${count} sessions of ${SLOTS} slots, seeds ${first} to ${first + count - 1}, every pair of members\n`);
  console.log(
    '| policy | sessions that give a number away | narrowest interval | median session | new totals | cells with a value |',
  );
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const { policy, recovered, worst, median, releases, cells } of rows)
    console.log(
      `| ${policy} | ${recovered} of ${count} | ${percent(worst)} | ${percent(median)} | ${releases.toFixed(1)} of ${SLOTS} | ${percent(cells)} |`,
    );
}
