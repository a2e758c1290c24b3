/**
 * protocol: what crosses a wire, as zod schemas on top of the model. No I/O.
 * Nouns: request, response, problem, page, event stream.
 * Invariants: requests refuse fields they do not know; answers may gain fields within a version, so clients ignore
 * unknown ones; every error is a problem with a stable `code`.
 */
export * from "./problem.ts";
