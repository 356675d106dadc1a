/** The periodic table: atomic numbers of symbols, and where an element stands. For tiles and for the table of minerals. */

const SYMBOLS = (
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd ' +
  'Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra ' +
  'Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

const NUMBERS = new Map(SYMBOLS.map((symbol, index) => [symbol, index + 1]));

export const atomicNumber = (symbol: string | null): number | null => (symbol ? (NUMBERS.get(symbol) ?? null) : null);

/** What stands in a tile: the symbol, or three letters of a mineral that is no element (two would read as another element's symbol). */
export const tileLetters = (mineral: { symbol: string | null; name: string }): string =>
  mineral.symbol ?? mineral.name.slice(0, 3);

/** Last atomic number of each period. */
const PERIOD_ENDS = [2, 10, 18, 36, 54, 86, 118];

export interface Place {
  number: number;
  symbol: string;
  /** 1 to 18. */
  column: number;
  /** 1 to 7; lanthanides stand in row 9 and actinides in row 10, below the table. */
  row: number;
}

export const PERIODIC_TABLE: readonly Place[] = SYMBOLS.map((symbol, index) => ({
  number: index + 1,
  symbol,
  ...placeOf(index + 1),
}));

function placeOf(number: number): { column: number; row: number } {
  const row = PERIOD_ENDS.findIndex((end) => number <= end) + 1;
  const end = PERIOD_ENDS[row - 1] ?? 118;
  if (row === 1) return { row, column: number === 1 ? 1 : 18 };
  const back = end - number;
  const start = (PERIOD_ENDS[row - 2] ?? 0) + 1;
  const ahead = number - start;
  if (ahead < 2) return { row, column: ahead + 1 };
  if (row <= 3) return { row, column: 18 - back };
  // Periods 6 and 7: fifteen f-block elements stand apart, lanthanum and actinium included.
  if (row >= 6 && ahead < 17) return { row: row + 3, column: ahead + 1 };
  return { row, column: 18 - back };
}
