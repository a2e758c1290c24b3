import { Gauge, Registry } from "prom-client";

/** One figure of a family. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its samples; every sample has the labels of `label_names`. */
export interface Family {
  /** e.g. `baas_storage_gb_consumed`. */
  readonly name: string;
  readonly help: string;
  readonly label_names: readonly string[];
  readonly samples: readonly Sample[];
}

export const EXPOSITION_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** In the text format that Prometheus scrapes. */
export async function exposition(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, label_names, samples } of families) {
    const gauge = new Gauge({ name, help, labelNames: [...label_names], registers: [registry] });
    for (const { labels, value } of samples) gauge.set({ ...labels }, value);
  }
  return registry.metrics();
}
