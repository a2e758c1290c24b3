/**
 * oncall: who is told of an alert, and whether it arrived. Nouns: person, channel, rotation, layer, hand-over,
 * override, escalation, page, delivery.
 * Invariants: what is to be told is a row before it is sent, and is tried until it arrives or is given up in the open;
 * nobody is paged twice for one step; who takes an alert ends its escalation; secrets are named, never kept or shown.
 */
export * from "./channels.ts";
export { channelSchemas } from "./channels/send.ts";
export type { ChannelKind } from "./channels/send.ts";
export * from "./config.ts";
export * from "./deliver.ts";
export { channelFacts } from "./facts.ts";
export type { Message } from "./message.ts";
export * from "./overrides.ts";
export { pageDue } from "./page.ts";
export { type Shift, shiftsBetween, shiftsOf } from "./shifts.ts";
export { type OnCall, onCallAt, type Override } from "./who.ts";
