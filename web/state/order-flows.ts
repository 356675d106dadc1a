/** Who is supplied by whom from where, as the nodes and ribbons of a flow chart: from what officials read of a run, and nothing else. */
import type { FlowLink, FlowNode } from '#web/charts/sankey-layout.ts';
import type { OrderView, RunReport } from './api.ts';

export interface MatchFlows {
  nodes: FlowNode[];
  links: FlowLink[];
  columns: string[];
}
type Told = Pick<RunReport, 'orders' | 'unmet'>;

/** More suppliers than these make lines of a pixel; the rest are one node. */
const SUPPLIERS_MAX = 16;
const COUNTRIES_MAX = 14;
/** With more minerals than these, the pool and the reserve of each are one node, and suppliers are left to the table. */
const MINERALS_MAX = 3;
const REST = 'rest';

const originOf = (order: OrderView): string => order.originCountry ?? order.country;
const feedOf = (order: OrderView, sink: 'pool' | 'reserve'): number => order.feedKg?.[sink] ?? 0;
/** Kilograms of an order for the pool or the reserve that nobody makes into something else. */
export const directKg = (order: OrderView, sink: 'pool' | 'reserve'): number =>
  order.lots.reduce((kg, lot) => kg + (lot.sink === sink ? lot.kg : 0), 0) - feedOf(order, sink);

/** Demand, suppliers and countries; feed is a column between a refiner and the country of its feed. */
export function matchFlows(report: Told, mineralName: (id: string) => string): MatchFlows {
  const minerals = [...new Set([...report.orders, ...report.unmet].map(({ mineral }) => mineral))];
  const isMany = minerals.length > MINERALS_MAX;
  const flows = new Flows();
  const demandNode = (mineral: string, sink: 'pool' | 'reserve'): string => {
    const who = sink === 'pool' ? 'The pool' : 'The reserve';
    if (isMany) return flows.node(`d:${mineral}`, mineralName(mineral), 0);
    const title = minerals.length > 1 ? `${mineralName(mineral)}, ${who.toLowerCase()}` : who;
    return flows.node(`d:${mineral}:${sink}`, title, 0);
  };
  const supplier = nameOr(
    largest(report.orders, (order) => order.supplier, SUPPLIERS_MAX),
    'other suppliers',
  );
  const country = nameOr(largest(report.orders, originOf, COUNTRIES_MAX), 'other countries');
  for (const order of report.orders) {
    const feeds = order.feeds ?? [];
    const end = flows.node(`c:${country(originOf(order)).id}`, country(originOf(order)).title, 3);
    if (isMany) {
      for (const sink of SINKS) flows.link(demandNode(order.mineral, sink), end, directKg(order, sink));
      // A refiner's kilograms come from the country of its feed, which the feed's own order leads to.
      continue;
    }
    const own = supplier(order.supplier);
    const node = flows.node(`s:${own.id}`, own.title, 1);
    for (const sink of SINKS) flows.link(demandNode(order.mineral, sink), node, directKg(order, sink));
    for (const feed of feeds) {
      const from = flows.node(`f:${supplier(feed.supplier).id}`, `${supplier(feed.supplier).title}, feed`, 2);
      flows.link(node, from, feed.kg);
      flows.link(from, flows.node(`c:${country(feed.country).id}`, country(feed.country).title, 3), feed.kg);
    }
    if (feeds.length === 0)
      flows.link(
        node,
        end,
        SINKS.reduce((kg, sink) => kg + directKg(order, sink), 0),
      );
  }
  for (const { mineral, who, kg } of report.unmet)
    if (kg !== null && kg > 0)
      flows.link(
        demandNode(mineral, who === 'reserve' ? 'reserve' : 'pool'),
        flows.node('unmet', 'Not met', isMany ? 3 : 1, 'unmet'),
        kg,
      );
  const columns = isMany
    ? ['Demand', 'Country of origin']
    : report.orders.some(({ feeds }) => feeds?.length)
      ? ['Demand', 'Supplier', 'Feed of', 'Country of origin']
      : ['Demand', 'Supplier', 'Country of origin'];
  return { ...flows.drawn(), columns };
}

const SINKS = ['pool', 'reserve'] as const;

class Flows {
  private readonly nodes = new Map<string, FlowNode>();
  private readonly links = new Map<string, FlowLink>();

  node(id: string, title: string, column: number, kind?: FlowNode['kind']): string {
    if (!this.nodes.has(id)) this.nodes.set(id, { id, title, column, ...(kind && { kind }) });
    return id;
  }

  link(source: string, target: string, kg: number): void {
    if (kg <= 0) return;
    const key = JSON.stringify([source, target]);
    const known = this.links.get(key);
    if (known) known.kg += kg;
    else this.links.set(key, { source, target, kg });
  }

  /** Heaviest first, what is not met last. */
  drawn(): Pick<MatchFlows, 'nodes' | 'links'> {
    const links = [...this.links.values()];
    const weight = (id: string) =>
      links.reduce((kg, link) => kg + (link.source === id || link.target === id ? link.kg : 0), 0);
    const nodes = [...this.nodes.values()].filter(({ id }) => weight(id) > 0);
    const rank = ({ id, kind }: FlowNode) => (kind ? -2 : id.endsWith(`:${REST}`) ? -1 : weight(id));
    return { nodes: nodes.toSorted((a, b) => rank(b) - rank(a)), links };
  }
}

/** Names with most kilograms, at most `most` of them. */
function largest(orders: readonly OrderView[], nameOf: (order: OrderView) => string, most: number): Set<string> {
  const kg = new Map<string, number>();
  for (const order of orders) kg.set(nameOf(order), (kg.get(nameOf(order)) ?? 0) + order.kg);
  const named = [...kg].sort(([, a], [, b]) => b - a).map(([name]) => name);
  return new Set(named.length <= most ? named : named.slice(0, most - 1));
}

const nameOr =
  (known: ReadonlySet<string>, rest: string) =>
  (name: string): { id: string; title: string } =>
    known.has(name) ? { id: name, title: name } : { id: REST, title: rest };
