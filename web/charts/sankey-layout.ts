/** Where the nodes and ribbons of a flow chart lie. Used by Sankey. */
import { type SankeyLink, type SankeyNode, sankey, sankeyLinkHorizontal } from 'd3-sankey';

export interface FlowNode {
  /** Unique among all nodes. */
  id: string;
  title: string;
  /** 0 is the leftmost. */
  column: number;
  /** Said in words too: demand without supply, or a total that is not published. */
  kind?: 'unmet' | 'withheld';
}

export interface FlowLink {
  source: string;
  target: string;
  /** Kilograms, above 0. */
  kg: number;
}

type Laid = SankeyNode<FlowNode, { kg: number }>;
type LaidLink = SankeyLink<FlowNode, { kg: number }>;

export interface FlowChart {
  nodes: readonly {
    node: FlowNode;
    x: number;
    y: number;
    width: number;
    height: number;
    kg: number;
    isLast: boolean;
  }[];
  links: readonly { source: FlowNode; target: FlowNode; kg: number; path: string; thickness: number }[];
  columns: readonly number[];
  /** Left edge of each column, pixels. */
  left: readonly number[];
}

const NODE_WIDTH = 12;

/** Links that are empty, name no node or do not lead to the right are left out: the layout would not end with them. */
export const drawable = (nodes: readonly FlowNode[], links: readonly FlowLink[]): FlowLink[] => {
  const columnOf = new Map(nodes.map(({ id, column }) => [id, column]));
  return links.filter(({ source, target, kg }) => {
    const from = columnOf.get(source);
    const to = columnOf.get(target);
    return kg > 0 && from !== undefined && to !== undefined && from < to;
  });
};

/** `labels` is the room to the right of the last column, pixels. */
export function flowChart(
  nodes: readonly FlowNode[],
  links: readonly FlowLink[],
  size: { width: number; height: number; labels: number },
): FlowChart {
  const drawn = drawable(nodes, links);
  const used = new Set(drawn.flatMap(({ source, target }) => [source, target]));
  const shown = nodes.filter(({ id }) => used.has(id));
  const columns = [...new Set(shown.map(({ column }) => column))].sort((a, b) => a - b);
  if (shown.length === 0) return { nodes: [], links: [], columns, left: [] };
  const layout = sankey<FlowNode, { kg: number }>()
    .nodeId(({ id }) => id)
    .nodeAlign((node) => columns.indexOf(node.column))
    .nodeWidth(NODE_WIDTH)
    .nodePadding(16)
    .extent([
      [1, 26],
      [size.width - size.labels, size.height - 8],
    ]);
  const graph = layout({
    nodes: shown.map((node) => ({ ...node })),
    links: drawn.map(({ source, target, kg }) => ({ source, target, kg, value: kg })),
  });
  const ribbon = sankeyLinkHorizontal<FlowNode, { kg: number }>();
  const last = columns.at(-1);
  const of = (end: LaidLink['source']): FlowNode => end as Laid;
  const placed = graph.nodes.map((node) => ({
    node,
    x: node.x0 ?? 0,
    y: node.y0 ?? 0,
    width: NODE_WIDTH,
    height: Math.max(1, (node.y1 ?? 0) - (node.y0 ?? 0)),
    kg: node.value ?? 0,
    isLast: node.column === last,
  }));
  return {
    nodes: placed,
    links: graph.links.map((link) => ({
      source: of(link.source),
      target: of(link.target),
      kg: link.kg,
      path: ribbon(link) ?? '',
      thickness: Math.max(1, link.width ?? 1),
    })),
    columns,
    left: columns.map((column) => placed.find(({ node }) => node.column === column)?.x ?? 0),
  };
}
