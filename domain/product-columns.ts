/** Columns that the demand, offers and priorities sheets share: what product a row is about. */
import type { Column } from './sheets.ts';

export const PRODUCT_COLUMNS = {
  mineral: {
    id: 'mineral',
    title: 'Mineral',
    type: 'mineral',
    width: 112,
    required: true,
    help: 'Name, symbol or a few letters: gallium, Ga.',
  },
  form: {
    id: 'form',
    title: 'Form',
    type: 'form',
    width: 200,
    required: true,
    help: 'Product form; it says how much of the element the product holds.',
  },
  grade: {
    id: 'grade',
    title: 'Grade',
    type: 'grade',
    width: 84,
    required: false,
    help: 'Minimum purity: percent such as 99.995, or nines such as 4N5. Empty: any.',
  },
  unit: {
    id: 'unit',
    title: 'Unit',
    type: 'unit',
    width: 84,
    required: true,
    help: 'kg, t, lb and more; mtu counts WO3, LCE lithium carbonate, REO rare-earth oxide.',
  },
  assay: {
    id: 'assay',
    title: 'Assay',
    type: 'percent',
    width: 72,
    required: false,
    help: 'Percent of the element; only for alloys, concentrates and scrap.',
  },
  note: { id: 'note', title: 'Note', type: 'text', width: 220, required: false, help: 'For your colleagues.' },
} as const satisfies Record<string, Column>;
