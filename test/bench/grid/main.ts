/**
 * `npm run bench:grid`: CPU time of the main thread that a grid of 10,000 lines takes of a browser, ours and two others in the same run, in
 * fixed steps of one per animation frame. `--json` prints only the rows. No test depends on it.
 */

import { fileURLToPath } from 'node:url';
import { installPackages } from '../support/peer-packages.ts';
import { median } from '../sync/statistics.ts';
import { type Opened, openStage } from './browser.ts';
import { buildPages } from './build.ts';
import { firstLoadKb } from './first-load.ts';
import { asJson, asTable, type GridName, type Row } from './report.ts';

const isJson = process.argv.includes('--json');
/** Only ours, once, and where its time went. */
const isProfiled = process.argv.includes('--profile');
/** With the copy that a browser keeps of a sheet: then what writing it costs is counted too. */
const search = process.argv.includes('--kept') ? '?kept' : '';
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const say = (line: string) => void (isJson || console.error(line));

/** The middle of these; a shared machine only ever adds. */
const RUNS = isProfiled ? 1 : Number(process.env.RUNS ?? 3);
const isAlone = isProfiled || search !== '' || process.argv.includes('--ours');
const GRIDS: readonly GridName[] = isAlone ? ['ours'] : ['ours', 'revogrid', 'ag-grid'];
const SCROLL_STEPS = 120;
/** Three lines of ours. */
const SCROLL_PIXELS = 102;
/** 17 changes in each of 60 frames are a second's worth of 1,000. */
const FRAMES = 60;
const CHANGES = 17;
const PEERS = 20;
const MOVES = 3;
const PASTE_LINES = 1000;

/** Shown, and with what a grid does after that behind it: the steps that follow are measured by themselves. */
async function settled({ cpuOf, bench }: Opened): Promise<void> {
  await bench('load');
  const after = await cpuOf(() => bench('quiet'));
  if (isProfiled) say(`after the load: ${after.toFixed(0)} ms`);
}

type Measure = (opened: Opened) => Promise<number | null>;

/** Each on a page of its own that has just been loaded. */
const MEASURES: Record<string, Measure> = {
  'load-ms': ({ cpuOf, bench }) => cpuOf(() => bench('load')),
  'scroll-frame-ms': async (opened) => {
    const { cpuOf, bench } = opened;
    await settled(opened);
    return (await cpuOf(() => bench('scroll', SCROLL_STEPS, SCROLL_PIXELS))) / SCROLL_STEPS;
  },
  'remote-view-ms': remote('view'),
  'remote-any-ms': remote('any'),
  'peers-20-ms': async (opened) => {
    const { cpuOf, bench } = opened;
    await settled(opened);
    return (await bench('readyPeers', PEERS, FRAMES, MOVES)) ? cpuOf(() => bench('run', FRAMES)) : null;
  },
  'paste-1000x10-ms': async (opened) => {
    const { cpuOf, bench, block, pressFirst } = opened;
    await settled(opened);
    await pressFirst();
    const text = block(PASTE_LINES);
    let isTaken: unknown = false;
    const cpu = await cpuOf(async () => {
      isTaken = await bench('paste', text, PASTE_LINES);
    });
    return isTaken ? cpu : null;
  },
};

/** What cannot be taken is left open, and said. */
async function taken(measure: Measure, opened: Opened, what: string): Promise<number | null> {
  try {
    return await measure(opened);
  } catch (error) {
    say(`${what}: ${(error as Error).message}`);
    return null;
  }
}

function remote(where: 'view' | 'any'): Measure {
  return async (opened) => {
    const { cpuOf, bench } = opened;
    await settled(opened);
    return (await bench('readyRemote', FRAMES, CHANGES, where)) ? cpuOf(() => bench('run', FRAMES)) : null;
  };
}

installPackages(fileURLToPath(new URL('peers', import.meta.url)), say);
const pages = await buildPages(say, isProfiled);
const rows: Row[] = [];
try {
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (only !== undefined && only !== name) continue;
    const found: Record<GridName, (number | null)[]> = { ours: [], revogrid: [], 'ag-grid': [] };
    // Interleaved, so that a busy minute of the machine falls on all.
    for (let run = 0; run < RUNS; run += 1)
      for (const grid of GRIDS) {
        await using opened = await openStage(pages.origin, grid, search, isProfiled);
        found[grid].push(await taken(measure, opened, `${name} of ${grid}`));
      }
    const middle = (values: readonly (number | null)[]) => {
      const known = values.filter((value) => value !== null);
      return known.length === 0 ? null : median(known);
    };
    rows.push({
      name,
      value: middle(found.ours),
      peers: { revogrid: middle(found.revogrid), 'ag-grid': middle(found['ag-grid']) },
    });
    say(`${name}: ${JSON.stringify(found)}`);
  }
  if (only === undefined || only === 'first-load-kb')
    rows.push({ name: 'first-load-kb', value: await firstLoadKb(), peers: {} });
} finally {
  await pages.close();
}
console.log(isJson ? asJson(rows) : asTable(rows));
