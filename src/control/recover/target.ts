/** The part of a restore that is kept with it and handed to every attempt. */
export interface RestoreTarget {
  readonly kind: "in_place" | "folder";
  readonly path: string | null;
  readonly replace_existing: boolean;
  readonly delete_extra: boolean;
  readonly project_id: string;
  readonly new_name: string | null;
  /** Whose host the files go to; absent: this server's. */
  readonly agent_id?: string;
  /** As the source's driver has checked them. */
  readonly options: Readonly<Record<string, unknown>>;
}
