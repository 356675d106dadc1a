/** What officials do with the reserve, each as the fields it asks for and the request it makes. Used by the reserve's page. */
import type { Deed, DeedField } from '#web/panels/DeedDialog.svelte';
import { api } from '#web/state/api.ts';
import type { Drawdown, ReserveBook, ReserveLot, ReserveView } from '#web/state/reserve.svelte.ts';
import { productOf } from './products.ts';

type Groups = NonNullable<DeedField['groups']>;

const kgField = (id: string, label: string, value = ''): DeedField => ({
  id,
  label,
  kind: 'kg',
  value,
  help: 'Kilograms of contained element, to the gram.',
});
const product = (groups: Groups, value = ''): DeedField => ({
  id: 'product',
  label: 'Product',
  kind: 'choice',
  groups,
  value,
});
const one = (options: readonly { value: string; title: string }[]): Groups => [{ group: '', options }];
/** What people type with commas is meant the same. */
const kg = (text = ''): string => text.replace(/[,\s]/g, '');
const percent = (text = ''): number | null => (text === '' ? null : Number(text.replace('%', '')));
const plain = (kilograms: number): string => String(Number(kilograms.toFixed(3)));

/** What a lot can be: bought, given back for a drawdown, or the return of a rotation. */
function origins({ lots, drawdowns }: ReserveView): Groups {
  return one([
    { value: 'purchase', title: 'A purchase' },
    ...drawdowns
      .filter(({ state }) => state === 'released')
      .map((row) => ({
        value: `replenishment/${row.id}`,
        title: `Replenishes drawdown ${row.number} of ${row.organization} (${plain(row.owedKg)} kg owed)`,
      })),
    ...lots
      .filter(({ rotationKg }) => rotationKg > 0)
      .map((lot) => ({
        value: `rotation/${lot.id}`,
        title: `Replaces lot ${lot.number} (${plain(lot.rotationKg)} kg out)`,
      })),
  ]);
}

function originOf(value: string) {
  const [kind, id = ''] = value.split('/');
  if (kind === 'replenishment') return { kind, drawdown: id } as const;
  return kind === 'rotation' ? ({ kind, lot: id } as const) : ({ kind: 'purchase' } as const);
}

/** `orderId`: the order of a pool that a purchase belongs to, where its page led here. */
export const receiveDeed = (
  book: ReserveBook,
  view: ReserveView,
  products: Groups,
  orderId: string | null = null,
): Deed => ({
  title: 'Enter a lot that came in',
  lead: `It stays in quarantine until its assay is entered, and counts as stock only then.${orderId ? ' A purchase counts for the order that you came from, at most what the reserve buys of it.' : ''}`,
  submit: 'Enter the lot',
  fields: [
    { id: 'origin', label: 'What it is', kind: 'choice', groups: origins(view), value: 'purchase' },
    product(products),
    kgField('kg', 'Amount'),
    { id: 'gradePct', label: 'Purity stated, %', kind: 'percent', optional: true },
    { id: 'source', label: 'Delivered by', kind: 'text' },
    { id: 'site', label: 'Stored at', kind: 'text' },
    {
      id: 'storageClass',
      label: 'Class of storage',
      kind: 'text',
      value: 'dry',
      help: 'Such as dry, inert gas, hazard.',
    },
    { id: 'rotationDue', label: 'To be rotated by', kind: 'day', optional: true },
  ],
  run: (values) =>
    book.change(() =>
      api.reserve.receive({
        ...productOf(values.product ?? ''),
        kg: kg(values.kg),
        gradePct: percent(values.gradePct),
        source: values.source ?? '',
        site: values.site ?? '',
        storageClass: values.storageClass ?? '',
        rotationDue: values.rotationDue || null,
        origin: originOf(values.origin ?? ''),
        orderId,
      }),
    ),
});

export const assayDeed = (book: ReserveBook, lot: ReserveLot): Deed => ({
  title: `Assay of lot ${lot.number}`,
  lead: `${plain(lot.quarantineKg)} kg wait. What is not accepted goes back to where it came from; of a replenishment it is owed again.`,
  submit: 'Enter the assay',
  fields: [
    kgField('acceptedKg', 'Accepted', plain(lot.quarantineKg)),
    { id: 'assayPct', label: 'Purity found, %', kind: 'percent', optional: true },
    { id: 'reference', label: 'Certificate', kind: 'text' },
  ],
  run: (values) =>
    book.change(() =>
      api.reserve.assay({
        lotId: lot.id,
        acceptedKg: kg(values.acceptedKg),
        assayPct: percent(values.assayPct),
        reference: values.reference ?? '',
      }),
    ),
});

export const storeDeed = (book: ReserveBook, lot: ReserveLot): Deed => ({
  title: `Move lot ${lot.number}`,
  lead: 'All of the lot goes to the new place.',
  submit: 'Move it',
  fields: [
    { id: 'site', label: 'To', kind: 'text', value: lot.site },
    { id: 'storageClass', label: 'Class of storage', kind: 'text', value: lot.storageClass },
  ],
  run: ({ site = '', storageClass = '' }) =>
    book.change(() => api.reserve.store({ lotId: lot.id, site, storageClass })),
});

export const outDeed = (book: ReserveBook, lot: ReserveLot, kind: 'rotatedOut' | 'writtenOff'): Deed => ({
  title: kind === 'rotatedOut' ? `Rotate lot ${lot.number}` : `Write off from lot ${lot.number}`,
  lead:
    kind === 'rotatedOut'
      ? 'What goes out is to come back as a new lot of the same product.'
      : 'What is written off is lost for good.',
  submit: kind === 'rotatedOut' ? 'Take it out' : 'Write it off',
  danger: kind === 'writtenOff',
  fields: [
    kgField('kg', 'Amount', kind === 'rotatedOut' ? plain(lot.stockKg) : ''),
    { id: 'note', label: 'Why', kind: 'long' },
  ],
  run: (values) =>
    book.change(() => api.reserve.takeOut({ lotId: lot.id, kg: kg(values.kg), kind, note: values.note ?? '' })),
});

const holdersOf = (view: ReserveView): Groups => one(view.holders.map(({ id, name }) => ({ value: id, title: name })));

export const grantDeed = (book: ReserveBook, view: ReserveView, products: Groups): Deed => ({
  title: 'Grant an entitlement',
  lead: 'The company may draw down so much of the product, and replenishes what it drew.',
  submit: 'Grant it',
  fields: [
    {
      id: 'holder',
      label: 'Company',
      kind: 'choice',
      groups: holdersOf(view),
      help: 'Companies that opened an account.',
    },
    product(products),
    kgField('kg', 'Amount'),
  ],
  run: (values) =>
    book.change(() =>
      api.reserve.grant({
        organizationId: values.holder ?? '',
        ...productOf(values.product ?? ''),
        kg: kg(values.kg),
      }),
    ),
});

export const transferDeed = (book: ReserveBook, view: ReserveView, products: Groups): Deed => ({
  title: 'Transfer an entitlement',
  lead: 'At the wish of both companies. Each reads its own side only, not the other’s name.',
  submit: 'Transfer it',
  fields: [
    { id: 'from', label: 'From', kind: 'choice', groups: holdersOf(view) },
    { id: 'to', label: 'To', kind: 'choice', groups: holdersOf(view) },
    product(products),
    kgField('kg', 'Amount'),
  ],
  run: (values) =>
    book.change(() =>
      api.reserve.transfer({
        fromId: values.from ?? '',
        toId: values.to ?? '',
        ...productOf(values.product ?? ''),
        kg: kg(values.kg),
      }),
    ),
});

export const approveDeed = (book: ReserveBook, row: Drawdown): Deed => ({
  title: `Approve drawdown ${row.number} of ${row.organization}`,
  lead: 'It leaves the reserve once an approving official releases it; whoever approves it now cannot.',
  submit: 'Approve',
  fields: [],
  run: () => book.change(() => api.reserve.decide({ drawdownId: row.id, act: 'approve' })),
});

export const releaseDeed = (book: ReserveBook, row: Drawdown): Deed => ({
  title: `Release drawdown ${row.number} of ${row.organization}`,
  lead: `${plain(row.kg)} kg leave the oldest lots, and are owed in kind until the day you name.`,
  submit: 'Release',
  fields: [
    { id: 'due', label: 'To be replenished by', kind: 'day' },
    { id: 'comment', label: 'Comment', kind: 'long', optional: true },
  ],
  run: ({ due = '', comment = '' }) =>
    book.change(() => api.reserve.decide({ drawdownId: row.id, act: 'release', due, comment })),
});

export const refuseDeed = (book: ReserveBook, row: Drawdown): Deed => ({
  title: `Refuse drawdown ${row.number} of ${row.organization}`,
  lead: 'The company reads your reason.',
  submit: 'Refuse',
  danger: true,
  fields: [{ id: 'comment', label: 'Reason', kind: 'long' }],
  run: ({ comment = '' }) => book.change(() => api.reserve.decide({ drawdownId: row.id, act: 'refuse', comment })),
});
