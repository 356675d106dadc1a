/** Cells as text: what goes to the clipboard and what comes from it. TSV with RFC 4180 quotes, and an HTML table beside it. */

/** A paste of more is refused: it is more than a sheet holds. */
export const PASTE_CHARS_MAX = 4_000_000;

export function toTsv(cells: readonly (readonly string[])[]): string {
  const quoted = (text: string) => (/[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return cells.map((row) => row.map(quoted).join('\t')).join('\r\n');
}

const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => ENTITY[letter] ?? letter);

export function toHtml(cells: readonly (readonly string[])[]): string {
  const rows = cells.map(
    (row) => `<tr>${row.map((text) => `<td>${escaped(text).replaceAll('\n', '<br>')}</td>`).join('')}</tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

/**
 * Rows of cells from text that Excel, Sheets or another grid put there. A quote opens a quoted cell only at its beginning.
 * The newline that Excel adds at the end is no row: taken as one it would erase the cells below.
 */
export function fromTsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  let wasQuoted = false;
  const endCell = () => {
    rows.at(-1)?.push(cell);
    cell = '';
    wasQuoted = false;
  };
  for (let index = 0; index < text.length; index++) {
    const letter = text.charAt(index);
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text.charAt(index + 1) === '"') {
        cell += '"';
        index++;
      } else isQuoted = false;
    } else if (letter === '"' && cell === '' && !wasQuoted) {
      isQuoted = true;
      wasQuoted = true;
    } else if (letter === '\t') endCell();
    else if (letter === '\n' || letter === '\r') {
      if (letter === '\r' && text.charAt(index + 1) === '\n') index++;
      endCell();
      rows.push([]);
    } else cell += letter;
  }
  const isTrailing = cell === '' && !wasQuoted && rows.at(-1)?.length === 0;
  if (isTrailing) rows.pop();
  else endCell();
  return rows;
}

/** Rows of cells from a table on the clipboard; empty where there is none. Nothing of it is ever put into the page. */
export function fromHtml(html: string): string[][] {
  const table = new DOMParser().parseFromString(html, 'text/html').querySelector('table');
  if (!table) return [];
  return [...table.rows].map((row) =>
    [...row.cells].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim()),
  );
}

/** Line breaks and tabs inside a pasted cell would be invisible in a one-line cell. */
export const oneLine = (text: string): string => text.replace(/\s*[\r\n\t]+\s*/g, ' ').trim();
