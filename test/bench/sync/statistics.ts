/** What is made of several runs. Noise of a shared machine only ever adds, so the lowest run says most; the median says how far the others were. */
export const lowest = (values: readonly number[]): number => Math.min(...values);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** CPU seconds for a million deliveries. */
export const perMillion = (cpuNs: number, deliveries: number): number => (cpuNs / 1e9 / deliveries) * 1e6;
