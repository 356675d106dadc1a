/** One mineral's program in other solvers, exchanged as MPS: Debian's CBC and GLPK, and ours beside them. Used by the bench. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Highs } from 'highs';
import type { Problem } from '#domain/match-model.ts';
import { programOf } from '#domain/match-program.ts';
import { solveProgram } from '#server/match/levels.ts';
import { modelOf } from '#server/match/relaxation.ts';

export interface PeerRow {
  mineral: string;
  /** Columns / rows / whole ones. */
  size: string;
  solver: string;
  cpuS?: number;
  /** Cost in the solver's units, all ranks held at what we proved. */
  value?: number;
  gapPct?: number;
  mb?: number;
  /** Why there is no figure. */
  why?: string;
}

const SECONDS = 30;
const GAP = 1e-4;

export async function peersOf(highs: Highs, problem: Problem | undefined, mineral: string): Promise<PeerRow[]> {
  if (!problem) return [];
  const program = programOf(problem);
  const size = `${program.numCols} / ${program.numRows} / ${program.integers}`;
  const before = process.cpuUsage();
  const choice = solveProgram(highs, program, {
    timeLimitSeconds: SECONDS,
    gapRel: GAP,
    isCancelled: () => false,
    onLevel: () => {},
    withoutTrials: true,
  });
  const { user, system } = process.cpuUsage(before);
  const money = program.unitKg * program.moneyMicro;
  const bound = choice.boundMicro / money;
  const row = (solver: string, more: Partial<PeerRow>): PeerRow => ({ mineral, size, solver, ...more });
  const own = ownValue(choice, program) / money;
  const rows = [
    row('Commonlode, all ranks and cost', {
      cpuS: (user + system) / 1e6,
      value: own,
      gapPct: (100 * (own - bound)) / Math.max(1e-9, own),
      mb: process.memoryUsage().rss / 1e6,
    }),
  ];
  const model = highs.createModel({ ...modelOf(program), integrality: program.integrality });
  const folder = await mkdtemp(join(tmpdir(), 'bench-match-'));
  try {
    for (const { rank, unmetKg } of choice.levels) {
      const level = program.levels.find((one) => one.rank === rank);
      if (level) model.changeRowBounds(level.row, -Infinity, unmetKg / program.unitKg);
    }
    const file = join(folder, 'model.mps');
    await writeFile(file, model.exportModel('mps'));
    const out = join(folder, 'out.txt');
    const cbc = ['cbc', file, 'ratio', String(GAP), 'seconds', String(SECONDS), 'solve', 'solution', out];
    const glpk = ['glpsol', '--freemps', file, '--mipgap', String(GAP), '--tmlim', String(SECONDS), '-o', out];
    rows.push(row('CBC, cost alone', withGap(await measure(cbc, out, /objective value\s+(-?[\d.e+-]+)/i), bound)));
    rows.push(row('GLPK, cost alone', withGap(await measure(glpk, out, /Objective:\s+\S+ = (-?[\d.e+-]+)/), bound)));
  } finally {
    model.dispose();
    await rm(folder, { recursive: true });
  }
  return rows;
}

/** Distance from the bound that we proved: the peers' own statements mean different things. */
const withGap = (peer: Partial<PeerRow>, bound: number): Partial<PeerRow> =>
  peer.value === undefined ? peer : { ...peer, gapPct: (100 * (peer.value - bound)) / Math.max(1e-9, peer.value) };

function ownValue(choice: ReturnType<typeof solveProgram>, program: ReturnType<typeof programOf>): number {
  return program.problem.supplies.reduce((sum, _, s) => {
    const kg = choice.flows.reduce((total, flow) => total + (flow.supply === s ? flow.kg : 0), 0);
    const segment = program.segments[s]?.[choice.segments[s] ?? -1];
    return segment && kg > 0 ? sum + segment.fixedMicro + segment.slopeMicro * kg : sum;
  }, 0);
}

/** CPU and memory of the process as the kernel last showed them: the bench runs on Linux, where the peers' packages are. */
async function measure(command: readonly string[], out: string, value: RegExp): Promise<Partial<PeerRow>> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  let [cpuS, mb] = [0, 0];
  const look = setInterval(async () => {
    const [stat, status] = await Promise.all(
      ['stat', 'status'].map((name) => readFile(`/proc/${child.pid}/${name}`, 'utf8').catch(() => '')),
    );
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    if (fields.length > 13) cpuS = (Number(fields[11]) + Number(fields[12])) / 100;
    mb = Math.max(mb, Number(/VmHWM:\s+(\d+)/.exec(status ?? '')?.[1] ?? 0) / 1024);
  }, 10);
  const why = await new Promise<string | null>((done) => {
    child.on('error', () => done(`${program} is not installed (Debian: coinor-cbc, glpk-utils)`));
    child.on('exit', (code) => done(code === 0 ? null : `it ended with ${code}`));
  });
  clearInterval(look);
  if (why !== null) return { why };
  const found = value.exec(await readFile(out, 'utf8').catch(() => ''))?.[1];
  return found === undefined ? { cpuS, mb, why: 'no answer in time' } : { cpuS, mb, value: Number(found) };
}
