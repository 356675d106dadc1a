/** The sheet that every grid of the bench shows: 10,000 lines of 15 columns, the same texts in each, by arithmetic instead of chance. */
export const LINES = 10_000;

export interface PlainColumn {
  id: string;
  title: string;
  width: number;
}

export type PlainRow = Record<string, string | number>;

const COMMITMENTS = ['indicative', 'letterOfIntent', 'firm', 'takeOrPay'];
const PLACES = ['Dayton', 'Ashland', 'Fairview', 'Clinton', 'Georgetown'];

/** Content of one line in the columns of the demand sheet. */
export const lineAt = (index: number): PlainRow => ({
  mineral: 'gallium',
  form: index % 3 === 0 ? 'ga-metal-4n' : 'ga-metal-6n',
  grade: index % 3 === 0 ? 99.99 : 99.9999,
  quantity: 10 + ((index * 37) % 990),
  unit: 'kg',
  period: `2027-Q${1 + (index % 4)}`,
  destination: PLACES[index % PLACES.length] ?? '',
  commitment: COMMITMENTS[index % COMMITMENTS.length] ?? '',
  qualification: index % 2 === 0 ? 'open' : 'producing',
  recycled: index % 2 === 0 ? 'yes' : 'no',
  excluded: 'CHN, RUS',
  ceiling: 200 + (index % 300),
  priceUnit: 'USD/kg',
  note: `line ${index}`,
});

export const idAt = (index: number): string => `row-${index}`;

/** A block of texts to paste: `height` lines of the ten columns from the form on. */
export function block(height: number): string {
  const columns = [
    'form',
    'grade',
    'quantity',
    'unit',
    'assay',
    'period',
    'destination',
    'commitment',
    'qualification',
    'recycled',
  ];
  return Array.from({ length: height }, (_, index) => {
    const line = lineAt(index + 5);
    return columns.map((column) => line[column] ?? '').join('\t');
  }).join('\n');
}

/** Which cells change in a step: columns whose text is free, so that a change is one cell. */
export function changes(step: number, count: number, top: number, height: number): { index: number; text: string }[] {
  return Array.from({ length: count }, (_, n) => {
    const mixed = (step * 7919 + n * 104_729 + 13) % 1_000_003;
    return { index: top + (mixed % height), text: `change ${step} ${n}` };
  });
}
