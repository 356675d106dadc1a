/** Outlines of the countries for a map, by ISO number, and where to put a dot for those too small to have one. Loaded by WorldMap when it is drawn. */
import {
  type GeoPermissibleObjects,
  geoDistance,
  geoGraticule10,
  geoInterpolate,
  geoNaturalEarth1,
  geoPath,
} from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';

/** Longitude and latitude in degrees. */
type Place = readonly [number, number];

/** Middle of countries that have no outline at 1 : 110 million, or whose outline is too small to be seen. */
const DOTS: Readonly<Record<string, Place>> = {
  BHR: [50.55, 26.05],
  BRB: [-59.55, 13.18],
  COK: [-159.78, -21.23],
  COM: [43.35, -11.7],
  CPV: [-23.6, 15.1],
  HKG: [114.17, 22.35],
  KIR: [173, 1.4],
  MAC: [113.55, 22.16],
  MDV: [73.5, 3.2],
  MHL: [171.2, 7.1],
  MLT: [14.4, 35.9],
  MUS: [57.55, -20.25],
  NRU: [166.93, -0.53],
  SGP: [103.82, 1.35],
  SYC: [55.45, -4.65],
  TON: [-175.2, -21.2],
};
/** The middle of the outlines is far from the mainland, or in the sea. */
const MIDDLES: Readonly<Record<string, Place>> = { USA: [-98, 39.5], FRA: [2.4, 46.6], NOR: [9.5, 61.5] };
const ANTARCTICA = '010';

export interface WorldShapes {
  /** Outline of the whole map, and of meridians and parallels. */
  sphere: string;
  graticule: string;
  /** SVG path of each country, by ISO number; two without a number have none of their own. */
  countries: readonly { isoNumber: string | null; path: string }[];
  /** Where a country's label, dot or flow is put, pixels; null where nobody knows. */
  at(country: { iso3: string; isoNumber: string | null }): [number, number] | null;
  hasOutline(isoNumber: string | null): boolean;
  /** A great circle, lifted a little so that both directions can be told apart. */
  arc(from: readonly [number, number], to: readonly [number, number]): string;
  height: number;
}

/** Shapes that fill `width` pixels. */
export function worldShapes(width: number): WorldShapes {
  const topology = atlas as unknown as Topology<{ countries: GeometryCollection }>;
  const { features } = feature(topology, topology.objects.countries);
  const land = features.filter(({ id }) => id !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitWidth(width, { type: 'FeatureCollection', features: land });
  const draw = geoPath(projection).digits(1);
  const path = (shape: GeoPermissibleObjects): string => draw(shape) ?? '';
  const byNumber = new Map(
    land.flatMap((shape) => (shape.id === undefined ? [] : [[String(shape.id), shape] as const])),
  );
  const [, [, bottom]] = draw.bounds({ type: 'FeatureCollection', features: land });
  return {
    sphere: path({ type: 'Sphere' }),
    graticule: path(geoGraticule10()),
    countries: land.map((shape) => ({
      isoNumber: shape.id === undefined ? null : String(shape.id),
      path: path(shape),
    })),
    at({ iso3, isoNumber }) {
      const place = MIDDLES[iso3] ?? DOTS[iso3];
      if (place) return projection([...place]);
      const shape = isoNumber === null ? undefined : byNumber.get(isoNumber);
      return shape ? draw.centroid(shape) : null;
    },
    hasOutline: (isoNumber) => isoNumber !== null && byNumber.has(isoNumber),
    arc(from, to) {
      const start = projection.invert?.([...from]);
      const end = projection.invert?.([...to]);
      if (!start || !end || geoDistance(start, end) < 1e-6) return '';
      const between = geoInterpolate(start, end);
      return path({ type: 'LineString', coordinates: Array.from({ length: 33 }, (_, step) => between(step / 32)) });
    },
    height: Math.ceil(bottom) + 4,
  };
}
