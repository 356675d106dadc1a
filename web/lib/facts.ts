/** Published figures as people read them, with the marks of their sources. Used by the mineral page. */
import type { Figure, Intervention } from '#domain/mineral-facts.ts';
import { number } from './format.ts';

const QUALIFIER: Record<string, string> = {
  W: 'withheld',
  NA: 'not available',
  E: 'net exporter',
  XX: 'not applicable',
  s: 'less than half a unit',
};

/** '> 50 percent', '30 to 40 t', 'withheld'. */
export function figureText({ value, valueHigh, unit, qualifier }: Figure): string {
  if (value === null) return QUALIFIER[qualifier] ?? (qualifier.replace(/^text:/, '') || 'not published');
  const words = QUALIFIER[qualifier];
  const mark = qualifier === '>' || qualifier === '<' ? `${qualifier} ` : '';
  const range = valueHigh === null ? number(value) : `${number(value)} to ${number(valueHigh)}`;
  const unitText = unit === 'percent' ? ' %' : unit ? ` ${unit}` : '';
  return `${mark}${range}${unitText}${words ? `, ${words}` : ''}`;
}

/** Names of the sources that the facts cite by id. */
const SOURCE_TITLE: Record<string, string> = {
  'nam-2026-03-19': 'Letter of March 19, 2026',
  'final list': 'Final 2025 List of Critical Minerals, Interior Department',
  'press-2025-11': 'News reports, November 2025',
  'press-2025-04-ree': 'Reports on announcement 18, April 2025',
  'press-2025-09-cod': 'News reports, September 2025',
  'press-2026-02-zwe': 'News reports, February 2026',
  'ustr-2023-03-28': 'U.S. Trade Representative, March 28, 2023',
  press: 'News reports',
  own: 'Own classification',
};

export function sourceTitle(source: string): string {
  return source
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => SOURCE_TITLE[part] ?? usgs(part) ?? ownReading(part) ?? part)
    .join('; ');
}

/** 'own (trade convention)' is what we read into the trade's habits, not a published number. */
const ownReading = (source: string): string | null => {
  const reason = /^own \((.*)\)$/.exec(source)?.[1];
  return reason === undefined ? null : `Own: ${reason}`;
};

/** 'usgs-mcs-2026-t4' is table 4 of the USGS yearbook. */
function usgs(source: string): string | null {
  const match = /^usgs-mcs-(\d{4})(?:[- ](.*))?$/.exec(source);
  if (!match) return null;
  const rest = (match[2] ?? '').replace(/^t(\d+)$/, 'table $1').replace(/^fig (\d+)$/, 'figure $1');
  return `USGS, Mineral Commodity Summaries ${match[1]}${rest ? `, ${rest}` : ''}`;
}

/** What a restriction is today. A past end date means it ended on paper; nobody has confirmed it. */
export function standing(
  intervention: Intervention,
  today: string,
): { text: string; tone: 'quiet' | 'wait' | 'bad' | 'action' } {
  const { status, statusFrom, statusUntil } = intervention;
  if (statusUntil && statusUntil < today)
    return { text: `${STATUS_PAST[status] ?? 'Ended'} ${statusUntil}, unverified`, tone: 'quiet' };
  if (statusUntil) return { text: `${STATUS[status] ?? words(status)} until ${statusUntil}`, tone: 'wait' };
  if (status === 'in_force') return { text: 'In force', tone: 'bad' };
  return { text: `${STATUS[status] ?? words(status)}${statusFrom ? ` since ${statusFrom}` : ''}`, tone: 'wait' };
}

const words = (text: string): string => {
  const plain = text.replace(/[_-]/g, ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
};

const STATUS: Record<string, string> = {
  in_force: 'In force',
  suspended: 'Suspended',
  announced: 'Announced',
  ended: 'Ended',
};
const STATUS_PAST: Record<string, string> = {
  in_force: 'Ended',
  suspended: 'Suspension ended',
  announced: 'Was to start',
  ended: 'Ended',
};

export const plainWords = words;
