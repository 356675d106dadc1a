/** Exact totals as the administrator's tables show them: a tree of what is published, with kilograms, companies and reasons beside it. */
import type { Catalogue } from '#domain/catalogue.ts';
import { GRADE_CLASS_TITLE } from '#domain/grades.ts';
import { decimal } from '#web/lib/format.ts';
import { heldWords } from '#web/lib/held-words.ts';
import type { ExactCell, ExactView, ReleasedCell } from './api.ts';
import type { Level, PoolNode } from './pool-tree.ts';

/** What a table of published totals shows beside them. */
export interface ExactColumns {
  columns: readonly { title: string; of(node: PoolNode): string }[];
  why(node: PoolNode): string;
  /** Something is there, whether or not it is published. */
  tells(node: PoolNode): boolean;
}

type Place = Pick<ExactCell, 'form' | 'grade' | 'year'>;

export class ExactTotals {
  readonly #cells: ReadonlyMap<string, ExactCell>;
  readonly #view: ExactView;

  constructor(view: ExactView) {
    this.#view = view;
    this.#cells = new Map(view.cells.map((cell) => [keyOf(cell, cell.level), cell]));
  }

  at({ key }: Pick<PoolNode, 'key'>, level: Level): ExactCell | undefined {
    return this.#cells.get(key.replace(/all$/, level));
  }

  /** As what is published of the round. */
  get released(): ReleasedCell[] {
    return this.#view.cells.map((cell) => ({ ...placeOf(cell), value: cell.released }));
  }

  /** With the kilograms in place of what is published; nothing where nothing is. */
  get kilograms(): ReleasedCell[] {
    return this.#view.cells.map((cell) => ({ ...placeOf(cell), value: cell.owners === 0 ? null : cell.kg }));
  }

  columns(level: Level, catalogue: Catalogue): ExactColumns {
    const cellOf = (node: PoolNode): ExactCell | undefined => this.at(node, level);
    const ifAny = (node: PoolNode, text: (cell: ExactCell) => string): string => {
      const cell = cellOf(node);
      return cell && cell.owners > 0 ? text(cell) : '';
    };
    return {
      columns: [
        { title: 'Exact, kg', of: (node) => ifAny(node, ({ kg }) => decimal(kg)) },
        { title: 'Companies', of: (node) => ifAny(node, ({ owners }) => `${owners}`) },
        { title: 'Largest', of: (node) => ifAny(node, ({ largestPct }) => `${largestPct ?? 0} %`) },
      ],
      why: (node) => {
        const cell = cellOf(node);
        return cell ? heldWords(cell, this.#view.unit, (place) => nameOf(place, catalogue)) : '';
      },
      tells: (node) => (cellOf(node)?.owners ?? 0) > 0,
    };
  }
}

const placeOf = ({ mineral, form, grade, year, level }: ExactCell): Omit<ReleasedCell, 'value'> => ({
  mineral,
  form,
  grade,
  year,
  level,
});

/** The id of a declared cell. */
const keyOf = ({ mineral, form, grade, year }: Place & { mineral: string }, level: Level): string =>
  [mineral, form ?? '', grade ?? '', year ?? '', level].join('|');

function nameOf({ form, grade, year, level }: Place & { level: Level }, catalogue: Catalogue): string {
  const titles: Partial<Record<string, string>> = GRADE_CLASS_TITLE;
  const parts = [
    form === null ? 'all forms' : (catalogue.families.get(form)?.name ?? form),
    ...(grade === null ? [] : [(titles[grade] ?? grade).toLowerCase()]),
    ...(year === null ? [] : [`${year}`]),
    ...(level === 'firm' ? ['firm lines'] : []),
  ];
  return `“${parts.join(', ')}”`;
}
