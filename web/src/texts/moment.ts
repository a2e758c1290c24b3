/** Any second of a database's past. */
export const moment = {
  moment: {
    title: "To any second",
    slider: "Moment to recover to",
    field: "Moment (your time)",
    steps: {
      [-60_000]: "A minute earlier",
      [-1000]: "A second earlier",
      1000: "A second later",
      60_000: "A minute later",
    } as Readonly<Record<number, string>>,
    step_words: { [-60_000]: "−1m", [-1000]: "−1s", 1000: "+1s", 60_000: "+1m" } as Readonly<Record<number, string>>,
    restore: "Restore to this moment",
    base: (backup: string) => `Begins with the backup of ${backup}, then its log up to`,
    track: (backups: number, gaps: number) =>
      `${backups} ${backups === 1 ? "backup" : "backups"} and the log between them, ${gaps === 0 ? "without a hole" : `with ${gaps} ${gaps === 1 ? "hole" : "holes"}`}`,
    archive: "Log",
    place: "Up to",
    state: "Streaming",
    last_commit: "Last commit kept",
    behind: "Behind",
    slot: "Slot",
    no_archive: "No log is streamed of this workload.",
    gap: (from: string, to: string, reason: string) => `Hole from ${from} to ${to}: ${reason}`,
    or_backup: "Or exactly as a backup was",
    to: "Recovered to",
    notes: "What else will happen",
    data_dir: "Data folder of the stopped server",
    data_dir_hint: "Only blocks that differ are written; the server must be stopped.",
    data_dir_needed: "Name the data folder.",
  },
};
