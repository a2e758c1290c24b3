/** What a store does, by name: for counts and for faults. */
export type StoreOperation = "put" | "get" | "stat" | "list" | "delete" | "lock";
