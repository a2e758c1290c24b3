/**
 * log: append-only streams of bytes, sealed piece by piece as they come (docs/format.md §14).
 * Nouns: log, position, piece, gap, mark.
 * Invariants: a piece that was appended is durable and readable by whoever has the keyring; a piece names its log and
 * its positions under its seal, so none can stand in another's place; a reader gets every byte of a stretch or is told
 * exactly what is missing; pieces are merged before the smaller ones go.
 */
export { logError } from "./errors.ts";
export { type LogPiece, decodePiece, PIECE_BYTES_MAX, pieceKey } from "./piece.ts";
export * from "./log.ts";
