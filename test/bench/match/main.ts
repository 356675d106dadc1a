/**
 * `npm run bench:match`: matches of three sizes, their proofs, a hundred scenarios, "why not", and the same programs in native CBC and GLPK.
 * `--json` prints {"rows":[{"name","value"}]} without those. CPU of the process, after a warm-up as in a worker. No test depends on it.
 */
import { parseArgs } from 'node:util';
import { SIZES } from '#seeds/large.ts';
import { loadBench } from './ours.ts';
import { type PeerRow, peersOf } from './peers.ts';
import { problemsOfMarket } from './problems.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const rows: { name: string; value: number }[] = [];
const put = (name: string, value: number, digits = 3): void => {
  rows.push({ name, value: Number(value.toFixed(digits)) });
};
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const SEED = 1;
const POLISH_CPU_S = 20;

const bench = await loadBench();
// A worker that has matched before: another market of the middle size, three minerals of it.
bench.warm(problemsOfMarket({ ...SIZES.M, minerals: 3, offers: 46 }, SEED + 1));

const S = bench.first(problemsOfMarket(SIZES.S, SEED));
put('S-first-cpu-s', S.cpuS);
const medium = problemsOfMarket(SIZES.M, SEED);
put('M-first-cpu-s', bench.first(medium).cpuS);
const polished = bench.polish(medium, POLISH_CPU_S);
put('M-polish-cpu-s', polished.cpuS);
put('M-gap-median-pct', median(polished.gaps), 4);
put('M-gap-worst-pct', Math.max(...polished.gaps), 4);
const grid = bench.scenarios(medium);
put('M-100-scenarios-cpu-s', grid.cpuS);
put('M-100-scenarios-solves', grid.solves, 0);
put('M-100-scenarios-wide', grid.wide, 0);
const pooled = await bench.pooledScenarios(medium);
put('M-100-scenarios-pool-cpu-s', pooled.cpuS);
put('M-100-scenarios-pool-wall-s', pooled.wallS);
put('why-not-cpu-ms', bench.whyNot(medium), 2);
const asked = await bench.pooledWhyNot(medium);
put('why-not-pool-first-wall-ms', asked.firstMs, 1);
put('why-not-pool-next-wall-ms', asked.nextMs, 1);
if (!options.quick) {
  const L = bench.first(problemsOfMarket(SIZES.L, SEED));
  put('L-first-cpu-s', L.cpuS);
  put('L-gap-median-pct', median(L.gaps), 4);
  put('L-rss-mb', L.rssMb, 0);
}
put('audit-failures', bench.auditFailures(), 0);

if (options.json) console.log(JSON.stringify({ rows }));
else {
  for (const { name, value } of rows) console.log(`| ${name} | ${value} |`);
  console.log('\nCost of one mineral, all ranks held, to 0.01 %, at most 30 s:\n');
  console.log('| mineral | columns / rows / whole | solver | CPU s | cost, solver units | gap % | memory MB |');
  console.log('|---|---|---|---:|---:|---:|---:|');
  const show = (row: PeerRow) =>
    console.log(
      `| ${row.mineral} | ${row.size} | ${row.solver} | ${row.cpuS?.toFixed(2) ?? ''} | ${row.value?.toFixed(3) ?? ''} | ${row.gapPct?.toFixed(4) ?? ''} | ${row.mb?.toFixed(0) ?? row.why ?? ''} |`,
    );
  for (const i of [0, 4, 7]) for (const row of await peersOf(bench.highs, medium[i], `M${i}`)) show(row);
}
