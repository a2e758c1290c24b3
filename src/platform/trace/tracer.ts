/** Names and figures: what may be told of work. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** A piece of this one. */
  begin(name: string, attributes?: Attributes): Span;
  note(attributes: Attributes): void;
  /** At once; a second call does nothing. */
  end(failure?: { readonly code: string; readonly message: string }): void;
}

export interface Tracer {
  /** A piece of work of its own. */
  begin(name: string, attributes?: Attributes): Span;
  /** Sends what waits, for seconds at most. */
  close(): Promise<void>;
}

const silentSpan: Span = { begin: () => silentSpan, note: () => undefined, end: () => undefined };

/** Tells nobody. */
export const silentTracer: Tracer = { begin: () => silentSpan, close: async () => undefined };
