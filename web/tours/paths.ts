/** The guided paths of the demo. Each step stands beside an element that carries its anchor as `data-tour`. */
import type { TourId } from './tour-for.ts';

export interface Step {
  /** Where the step is told; POOL stands for the pool that the path goes through. */
  path: string;
  anchor: string;
  title: string;
  text: string;
}

export interface Tour {
  title: string;
  steps: readonly Step[];
}

export const TOURS: Record<TourId, Tour> = {
  manufacturer: {
    title: 'A buyer in a pool',
    steps: [
      {
        path: '/',
        anchor: 'pools',
        title: 'Your pools',
        text: 'Each line is one joint purchase: its phase, when it closes, and what waits on you.',
      },
      {
        path: '/pools/POOL/demand',
        anchor: 'sheet',
        title: 'Your sealed sheet',
        text: "You enter what you need by product, grade and year, with the keys of a spreadsheet. No competitor sees a line; the pool's administrator can, and every such view is recorded.",
      },
      {
        path: '/pools/POOL/pool',
        anchor: 'totals',
        title: 'What the pool publishes',
        text: 'Totals of several companies, rounded, at fixed times and to all members at once. A dash is on purpose: it does not say why.',
      },
      {
        path: '/pools/POOL/match',
        anchor: 'award',
        title: 'Your award',
        text: 'After the match: what each of your lines gets, from whom, at what price, and why anything is missing. Nobody else reads it.',
      },
      {
        path: '/pools/POOL/counsel',
        anchor: 'talk-rules',
        title: 'What may be talked about',
        text: 'Purpose and rules of talk, and what counsel watches. Further down stands who looked at your lines, and when.',
      },
    ],
  },
  official: {
    title: 'An official of the reserve',
    steps: [
      {
        path: '/priorities/targets',
        anchor: 'faces',
        title: 'Two faces of the priorities',
        text: 'Industry proposes in the shared sheet and reads tiers and maxima. Targets and stock are in this one, which officials alone receive.',
      },
      {
        path: '/reserve/shortfall',
        anchor: 'shortfall',
        title: 'What would be missing',
        text: 'Choose a shock, such as a 60-day cut or an embargo: the map and the tables show the shortfall, and what would ease it at which cost.',
      },
      {
        path: '/review',
        anchor: 'queue',
        title: 'Orders to decide',
        text: 'Proposed orders with their age. Open one for lots, reasons and concentration; two officials approve it, and each decision is recorded.',
      },
      {
        path: '/pools/POOL/session',
        anchor: 'session',
        title: 'Supervised sessions',
        text: 'Here members talk and decide under a federal chair, without whom nothing starts. Notice, agenda, votes and minutes are kept.',
      },
      {
        path: '/reserve',
        anchor: 'balances',
        title: 'The ledger of the reserve',
        text: 'Every lot, drawdown and replenishment in double entry. What is late stands at the top.',
      },
      {
        path: '/record',
        anchor: 'record',
        title: 'The record',
        text: 'All of it leaves an entry that seals the one before. Search it, verify the chain, and take a signed bundle away.',
      },
    ],
  },
  administrator: {
    title: 'The administrator of a pool',
    steps: [
      {
        path: '/',
        anchor: 'new-pool',
        title: 'Opening a pool',
        text: 'Name the mineral, the delivery years and whom to invite: each company gets a sealed sheet of its own.',
      },
      {
        path: '/pools/POOL/demand',
        anchor: 'clean-room',
        title: 'The clean room',
        text: "You can open a company's lines when your task needs it. Each view goes into the record with your name, and the company sees it. Looking at this list is no view.",
      },
      {
        path: '/pools/POOL/pool',
        anchor: 'totals',
        title: 'What members see',
        text: 'The published totals, the same to all at fixed times. Rules of disclosure hold back what would give a single company away.',
      },
      {
        path: '/pools/POOL/match',
        anchor: 'match',
        title: 'The match',
        text: 'Once offers are opened, a run gives demand and priorities to them: higher tiers first, then the lowest cost, with a reason for each offer.',
      },
      {
        path: '/pools/POOL/counsel',
        anchor: 'talk-rules',
        title: 'Counsel',
        text: "Rules of talk, the meter of the pool's share in the market, and who saw what: what counsel asks for, on one page.",
      },
    ],
  },
};
